import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { fitsWidth, openBrowser, openPage, settle } from './browser.ts'
import { seriousFindings } from './serious-findings.ts'
import { siteApi, siteUrl } from './site.ts'

const LONG = { timeout: 60_000, interval: 250 }

/** Whatever it costs: a small model has little to lose. */
const PAYS_ANYWAY = { maxLoss: 0.5, minGain: 0, maxCost: 10, keep: 'fewest' } as const

describe.runIf(process.env.REGIA_E2E_URL === undefined)('the page of an optimised version', () => {
  let browser: Browser
  let made = 0
  beforeAll(async () => {
    browser = await openBrowser()
    const api = siteApi()
    const { id } = await api.models.optimise('penguins', 2, {
      by: 'prune',
      data: { dataset: 'penguins' },
      ...PAYS_ANYWAY,
    })
    made = await vi.waitFor(async () => {
      const { status, madeVersion } = await api.models.optimisation('penguins', id)
      expect(status).toBe('registered')
      return madeVersion ?? 0
    }, LONG)
  })
  afterAll(() => browser?.close())

  it.each(['light', 'dark'] as const)('says from what, and what that brought, %s', async (colorScheme) => {
    const { page, troubles, close } = await openPage(browser, { colorScheme })
    await page.goto(`${siteUrl()}/models/penguins/${made}`)
    await settle(page)
    const note = page.getByRole('region', { name: 'Optimised by prune' })
    await note.getByText(/held-out rows of penguins version 1/).waitFor()
    const rows = note.getByRole('table', { name: 'What optimising by prune brought' }).getByRole('row')
    const [head = '', size = '', one = ''] = await rows.allInnerTexts()
    expect(head.split('\t')).toEqual(['', 'v2', `v${made}`, 'Change', '95 % interval'])
    expect(size).toMatch(/^Size of the graph\s+[\d.]+\skB\t[\d.]+\sk?B\t−\d+ %\t–$/)
    expect(one).toMatch(/^Latency of 1 row\s+.*ms\t.*ms\t[+−]\d+ %\t[+−]\d+ % to [+−]\d+ %$/)
    // The scores of the run are those of the version that it was made from.
    expect(await page.getByText('What its run measured').count()).toBe(0)
    expect([...troubles, ...(await seriousFindings(page, colorScheme))]).toEqual([])
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await fitsWidth(page)).toBe(true)
    await page.setViewportSize({ width: 1280, height: 900 })
    await note.getByRole('link', { name: 'penguins v2' }).click()
    await page.waitForURL(/models\/penguins\/2$/)
    await close()
  })
})
