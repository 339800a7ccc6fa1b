import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, settle, type WatchedPage } from './browser.ts'
import { siteApi, siteUrl } from './site.ts'

describe('the keyboard alone', () => {
  let browser: Browser
  let open: WatchedPage
  beforeAll(async () => {
    browser = await openBrowser()
    open = await openPage(browser)
  })
  afterAll(() => browser?.close())

  it('goes anywhere from the palette', async () => {
    const { page } = open
    const name = (await siteApi().endpoints.list()).items[0]?.spec.name ?? ''
    await page.goto(siteUrl())
    await settle(page)
    await page.keyboard.press('Control+k')
    const options = page.getByRole('option')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type(`${name} endpoint`)
    await expect.poll(() => options.first().innerText()).toContain(name)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/endpoints/${name}`)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('combobox').waitFor({ state: 'hidden' })
  })

  it('filters, walks, compares and opens in a table', async () => {
    const { page } = open
    await page.goto(`${siteUrl()}/runs`)
    await settle(page)
    await page.keyboard.press('/')
    await page.keyboard.type('#1')
    await page.waitForURL(/search=/)
    const rows = page.locator('tr[data-index]')
    await expect.poll(async () => (await rows.allInnerTexts()).every((row) => /#1\b/.test(row))).toBe(true)
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await expect.poll(() => page.locator('tr[data-index]').count()).toBeGreaterThan(1)
    await page.locator('tr[data-index="0"]').focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('1')
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('0')
    await page.keyboard.press('Space')
    await page.waitForURL(/selected=/)
    await expect
      .poll(() => page.getByRole('table', { name: 'Runs compared' }).getByRole('columnheader').count())
      .toBe(3)
    await page.locator('tr[data-index="1"]').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/run_/)
  })

  it('opens a step of a graph, and comes back', async () => {
    const { page } = open
    const run = (await siteApi().runs.list({ status: 'succeeded' })).items[0]?.id ?? ''
    await page.goto(`${siteUrl()}/runs/${run}`)
    const step = page.locator('.react-flow__node-step').first()
    await step.waitFor()
    await step.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.waitForURL(/step=/)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(page.url()).not.toContain('step=')
  })

  it('skips to the content', async () => {
    const { page } = open
    await page.goto(siteUrl())
    await settle(page)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
  })
})
