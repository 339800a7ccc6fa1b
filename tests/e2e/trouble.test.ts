import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, settle } from './browser.ts'
import { siteUrl } from './site.ts'

const FIRST_LOAD_BYTES = 300_000

describe('a slow or failing server', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  it('keeps the place of what is being read, so that nothing jumps', async () => {
    const { page, close } = await openPage(browser)
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if ('value' in entry) shifts.push(Number(entry.value))
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.route('**/api/v1/**', async (route) => {
      if (!route.request().url().endsWith('/events')) await new Promise((resolve) => setTimeout(resolve, 600))
      await route.continue()
    })
    await page.goto(`${siteUrl()}/runs`)
    await page.getByLabel('Loading').first().waitFor()
    await settle(page)
    const shifts: readonly number[] = await page.evaluate('window.shifts')
    expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.1)
    await close()
  })

  it('says what failed, where, what to do, and under which id', async () => {
    const { page, close } = await openPage(browser)
    let isFailing = true
    await page.route('**/api/v1/models?*', (route) =>
      isFailing
        ? route.fulfill({
            status: 500,
            headers: { 'x-request-id': 'req_0123456789abcdef' },
            json: {
              error: { code: 'DATA_UNREADABLE', message: 'The disk is full.', where: 'regia.db', hint: 'Make room.' },
            },
          })
        : route.continue(),
    )
    await page.goto(`${siteUrl()}/models`)
    const problem = page.getByRole('alert')
    await problem.waitFor()
    const text = await problem.innerText()
    for (const part of ['The disk is full.', 'regia.db', 'Make room.', 'DATA_UNREADABLE', 'req_0123456789abcdef']) {
      expect(text).toContain(part)
    }
    isFailing = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('table', { name: 'Models' }).waitFor()
    await close()
  })

  it('tells the real error of a name that is not there', async () => {
    const { page, close } = await openPage(browser)
    await page.goto(`${siteUrl()}/models/no-such-model`)
    await page.getByRole('alert').filter({ hasText: 'NOT_FOUND' }).first().waitFor()
    await close()
  })

  it('says that the connection is lost, and finds it again', async () => {
    const { page, close } = await openPage(browser)
    let isDown = true
    await page.route('**/health', (route) => (isDown ? route.abort() : route.continue()))
    await page.goto(siteUrl())
    const banner = page.getByRole('banner')
    await expect.poll(() => banner.innerText()).toContain('reconnecting')
    isDown = false
    await expect.poll(() => banner.innerText(), { timeout: 60_000 }).toMatch(/\blive\b/)
    await close()
  })

  it('loads the first page from less than 300 kB', async () => {
    const { page, close } = await openPage(browser)
    const sizes: Record<string, number> = {}
    page.on('response', async (response) => {
      const { pathname } = new URL(response.url())
      if (pathname.startsWith('/api/') || pathname === '/health') return
      const body = await response.body()
      sizes[pathname] = pathname.endsWith('.woff2') ? body.length : gzipSync(body).length
    })
    await page.goto(siteUrl())
    await settle(page)
    await page.waitForLoadState('load')
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0)
    expect(total, JSON.stringify(sizes)).toBeLessThan(FIRST_LOAD_BYTES)
    expect(total).toBeGreaterThan(50_000)
    await close()
  })
})
