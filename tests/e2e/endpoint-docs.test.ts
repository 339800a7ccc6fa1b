import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../packages/server/test/serving/served-trips.ts'
import { packageTrips } from '../../packages/server/test/serving/trips.ts'
import { openBrowser, openPage } from './browser.ts'

const PATHS = ['/api/v1/endpoints/trips/predict', '/v2/models/trips/infer', '/api/v1/endpoints/trips/invocations']

describe('the page of an endpoint’s description', () => {
  let browser: Browser
  let served: ServedTrips
  beforeAll(async () => {
    served = await serveTrips()
    await served.register('trips', await packageTrips())
    await served.apply({ name: 'trips' })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  it.each(PATHS)('tries %s with the example as it stands', async (path) => {
    const { page, troubles, close } = await openPage(browser)
    await page.goto(`${served.server.url}/api/v1/endpoints/trips/docs`)
    const operation = page.locator('.opblock', { has: page.locator(`[data-path="${path}"]`) })
    await operation.locator('.opblock-summary').click()
    const reply = page.waitForResponse((response) => response.url().endsWith(path))
    await operation.getByRole('button', { name: 'Execute' }).click()
    expect((await reply).status()).toBe(200)
    await operation.locator('.live-responses-table').waitFor()
    expect(await operation.locator('.live-responses-table').first().innerText()).toContain('200')
    expect(troubles).toEqual([])
    await close()
  })
})
