import axe, { type AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, settle } from './browser.ts'
import { listPaths, type PagePath, siteApi, siteUrl } from './site.ts'

describe('every page', () => {
  let browser: Browser
  let paths: readonly PagePath[]
  beforeAll(async () => {
    browser = await openBrowser()
    paths = await listPaths(siteApi())
  })
  afterAll(() => browser?.close())

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`shows its content without complaint and without serious findings of axe, ${colorScheme}`, async () => {
      const findings: Record<string, readonly string[]> = {}
      for (const { name, path } of paths) {
        const { page, troubles, close } = await openPage(browser, { colorScheme })
        await page.goto(siteUrl() + path)
        await settle(page)
        const alerts = await page.locator('[role="alert"]').allInnerTexts()
        const found = [...troubles, ...alerts, ...(await seriousFindings(page, colorScheme))]
        if (found.length > 0) findings[name] = found
        await close()
      }
      expect(findings).toEqual({})
    })
  }

  it('fits a phone without scrolling sideways', async () => {
    const wide: string[] = []
    const { page, close } = await openPage(browser, { viewport: { width: 390, height: 800 } })
    for (const { name, path } of paths) {
      await page.goto(siteUrl() + path)
      await settle(page)
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(name)
    }
    expect(wide).toEqual([])
    await close()
  })

  it('says which command and which call give the same', async () => {
    const { page, close } = await openPage(browser)
    for (const path of ['/', '/runs', '/models', '/schedules', '/backfills', '/notifiers', '/pipelines']) {
      await page.goto(siteUrl() + path)
      await settle(page)
      const same = await page.locator('footer').last().innerText()
      expect(same).toMatch(/regia \w+/)
      expect(same).toMatch(/GET \/api\/v1\//)
    }
    await close()
  })
})

/** Serious and critical findings, each with the rule and where it was found. In the dark only what the dark changes is looked at again. */
async function seriousFindings(page: Page, colorScheme: 'light' | 'dark'): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const rules = colorScheme === 'dark' ? '["color-contrast"]' : 'undefined'
  const results: AxeResults = await page.evaluate(
    `axe.run(document, { runOnly: ${rules}, resultTypes: ['violations'] })`,
  )
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help} (${nodes
          .slice(0, 4)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')})`,
    )
}
