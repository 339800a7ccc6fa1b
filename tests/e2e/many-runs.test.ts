import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { longRunId, seedTracking } from '../../benchmarks/tracking/seed.ts'
import { regiaUp, temporaryFolder } from '../integration/regia-command.ts'
import { openBrowser, openPage, settle } from './browser.ts'
import { framesWhile, median } from './frames.ts'

const RUNS = 100_000
const POINTS = 1_000_000
/** What an idle machine does in a tenth of it; the bounds only catch what does not scale. */
const SLOWEST_MEDIAN_FRAME_MS = 100
const LONGEST_FRAME_MS = 1_500
const ANSWER_MS = 20_000

describe.runIf(process.env.REGIA_E2E_URL === undefined)('100,000 runs', () => {
  let browser: Browser
  let url: string
  const closing: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    const folder = await temporaryFolder()
    closing.unshift(folder.remove)
    await seedTracking({ home: join(folder.dir, '.regia'), runs: RUNS, points: POINTS })
    const server = await regiaUp({ cwd: folder.dir })
    closing.unshift(server.stop)
    url = server.url
    browser = await openBrowser()
    closing.unshift(() => browser.close())
  }, 300_000)
  afterAll(async () => {
    for (const close of closing) await close()
  })

  const open = async (path: string) => {
    const opened = await openPage(browser)
    await opened.page.goto(url + path)
    await opened.page.locator('tr[data-index="0"]').waitFor({ timeout: ANSWER_MS })
    await settle(opened.page)
    return opened
  }

  it('scroll smoothly, and far', async () => {
    const { page, troubles, close } = await open('/experiments/all?layout=flat')
    expect(await page.getByRole('table', { name: 'Runs' }).getAttribute('aria-rowcount')).toBe(String(RUNS + 1))
    const frames = await framesWhile(page, () => wheelDown(page, 60))
    expect(median(frames)).toBeLessThan(SLOWEST_MEDIAN_FRAME_MS)
    expect(Math.max(...frames)).toBeLessThan(LONGEST_FRAME_MS)
    expect(await page.locator('tr[data-index]').count()).toBeLessThan(80)

    await page.locator('table[aria-label="Runs"]').evaluate((table) => {
      const box = table.parentElement
      if (box) box.scrollTop = box.scrollHeight / 4
    })
    await page.locator(`tr[data-index="${RUNS / 4}"]`).waitFor({ timeout: ANSWER_MS })
    const deep = await framesWhile(page, () => wheelDown(page, 20))
    expect(median(deep)).toBeLessThan(SLOWEST_MEDIAN_FRAME_MS)
    expect(troubles).toEqual([])
    await close()
  })

  it('answer a filter and an order', async () => {
    const { page, troubles, close } = await open('/experiments/all')
    const frames = await framesWhile(page, async () => {
      await page.keyboard.press('/')
      await page.keyboard.type("metrics.precision > 0.6 and params.depth = '3'")
      await page.keyboard.press('Enter')
      await page.getByText(/runs fit/).waitFor({ timeout: ANSWER_MS })
      await page.getByRole('button', { name: 'precision', exact: true }).click()
      await page.waitForURL(/sort=-metrics.precision/)
      await settle(page)
    })
    expect(Math.max(...frames)).toBeLessThan(LONGEST_FRAME_MS)
    const precision = await cellsOf(page, 'precision')
    expect(precision.length).toBeGreaterThan(10)
    expect(precision).toEqual(precision.toSorted((a, b) => b - a))
    expect(troubles).toEqual([])
    await close()
  })

  it('can be put into groups and drawn', async () => {
    const { page, troubles, close } = await open('/experiments/all')
    await page.goto(`${url}/experiments/all?group=params.depth`)
    await page.getByRole('table', { name: 'Runs by depth' }).waitFor({ timeout: ANSWER_MS })
    await page.goto(`${url}/experiments/all?tab=charts`)
    await page
      .getByRole('img', { name: 'Parallel coordinates' })
      .locator('canvas')
      .first()
      .waitFor({ timeout: ANSWER_MS })
    expect(troubles).toEqual([])
    await close()
  })

  it('draw a curve of a million points', async () => {
    const { page, troubles, close } = await openPage(browser)
    const id = longRunId(RUNS)
    await page.goto(`${url}/experiments/1000/runs/${id}`)
    await settle(page)
    const start = performance.now()
    await page.getByRole('button', { name: /^Charts/ }).click()
    await page.getByText('1 M points').waitFor({ timeout: ANSWER_MS })
    await page.getByRole('img', { name: 'loss over step' }).locator('canvas').first().waitFor()
    expect(performance.now() - start).toBeLessThan(ANSWER_MS)
    expect(troubles).toEqual([])
    await close()
  })
})

async function wheelDown(page: Page, times: number): Promise<void> {
  await page.locator('tr[data-index]').nth(5).hover()
  for (let i = 0; i < times; i++) {
    await page.mouse.wheel(0, 240)
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)))
  }
}

/** The numbers of a column, as they are shown. */
async function cellsOf(page: Page, title: string): Promise<readonly number[]> {
  const heads = await page.getByRole('columnheader').allInnerTexts()
  const at = heads.findIndex((head) => head.startsWith(title))
  const texts = await page.locator(`tr[data-index] td:nth-child(${at + 1})`).allInnerTexts()
  return texts.map(Number)
}
