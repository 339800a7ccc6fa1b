import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fitsWidth, openBrowser, openPage, settle } from './browser.ts'
import { seriousFindings } from './serious-findings.ts'
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
    }, 400_000)
  }

  it('fits a phone without scrolling sideways', async () => {
    const wide: string[] = []
    const { page, close } = await openPage(browser, { viewport: { width: 390, height: 800 } })
    for (const { name, path } of paths) {
      await page.goto(siteUrl() + path)
      await settle(page)
      if (!(await fitsWidth(page))) wide.push(name)
    }
    expect(wide).toEqual([])
    await close()
  })

  it('says which command and which call give the same, and both exist', async () => {
    const commands = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')
    const { page, close } = await openPage(browser)
    const wrong: string[] = []
    for (const { name, path } of paths) {
      await page.goto(siteUrl() + path)
      await settle(page)
      const [cli = '', http = ''] = await page.locator('footer').last().locator('code').allInnerTexts()
      // `regia runs list --pipeline p` is the command `runs list`; what follows is of this page.
      const words =
        /^regia ((?:[a-z]+(?:-[a-z]+)* ?)+?)(?: (?:--|[^ ]*[^a-z -]).*| [^ ]+)?$/.exec(cli)?.[1]?.trim() ?? ''
      const isCommand = [words, words.split(' ').slice(0, -1).join(' ')].some((each) =>
        commands.includes(`### regia ${each}\n`),
      )
      if (!isCommand) wrong.push(`${name}: no command "${cli}"`)
      const status = await statusOf(http)
      if (status !== 200) wrong.push(`${name}: ${http} answers ${status}`)
    }
    expect(wrong).toEqual([])
    await close()
  })

  it('asks in dialogs without serious findings of axe', async () => {
    const pipeline = (await siteApi().pipelines.list({ limit: 1 })).items[0]?.pipeline
    const dialogs = [
      [`/pipelines/${pipeline}`, 'Run…'],
      [`/pipelines/${pipeline}?view=versions`, 'Point channel…'],
      ['/schedules', 'New schedule…'],
      ['/backfills', 'New back-fill…'],
      ['/scoring-jobs', 'New scoring job…'],
    ] as const
    const findings: Record<string, readonly string[]> = {}
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await openPage(browser, { colorScheme })
      for (const [path, button] of dialogs) {
        await page.goto(siteUrl() + path)
        await settle(page)
        await page.getByRole('button', { name: button, exact: true }).first().click()
        await page.getByRole('dialog').waitFor()
        await settle(page)
        const found = await seriousFindings(page, colorScheme)
        if (found.length > 0) findings[`${button} ${colorScheme}`] = found
      }
      await close()
    }
    expect(findings).toEqual({})
  })
})

/** What a call answers that a page shows: `GET /api/v1/…`, or `POST /api/v1/… {…}`. */
async function statusOf(call: string): Promise<number> {
  const [, method, path, body] = /^(GET|POST) (\/api\/v1\/\S+)(?: (\{.*\}))?$/s.exec(call) ?? []
  if (!method || !path) return 0
  const headers = { 'content-type': 'application/json' }
  return (await fetch(siteUrl() + path, body === undefined ? { method } : { method, headers, body })).status
}
