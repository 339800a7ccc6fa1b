import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedGraph } from '../../packages/web/src/graph/generated-graph.ts'
import { openBrowser, openPage, settle } from './browser.ts'
import { siteApi, siteUrl } from './site.ts'

/** What an idle machine does in a second or two and sixty frames a second; the bounds only catch what does not scale. */
const SHOWN_MS = 30_000
const SLOWEST_MEDIAN_FRAME_MS = 100
const MOST_DRAWN = 400

describe.runIf(process.env.REGIA_E2E_URL === undefined)('a large graph', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  const deploy = async (name: string, count: number, isGrouped: boolean) => {
    const api = siteApi()
    const { bundleDigest, projectDir } = await api.pipelines.get('shapes')
    await api.pipelines.deploy(name, {
      graph: { ...generatedGraph(count, { isGrouped }), name },
      bundleDigest,
      projectDir,
    })
  }

  for (const count of [1000, 5000]) {
    it(`of ${count} steps is there at once and moves smoothly`, async () => {
      await deploy(`wide-${count}`, count, false)
      const { page, troubles, close } = await openPage(browser)
      const start = performance.now()
      await page.goto(`${siteUrl()}/pipelines/wide-${count}`)
      await page.locator('.react-flow__node-step').first().waitFor({ timeout: SHOWN_MS })
      expect(performance.now() - start).toBeLessThan(SHOWN_MS)
      expect(await page.locator('.react-flow__node').count()).toBeLessThan(MOST_DRAWN)
      expect(await medianFrameWhilePanning(page)).toBeLessThan(SLOWEST_MEDIAN_FRAME_MS)

      await page.getByRole('combobox', { name: 'Find a step' }).fill(`step-${count - 1}`)
      await page.getByRole('option', { name: `step-${count - 1}`, exact: true }).click()
      await page.getByRole('dialog').waitFor()
      await page.locator(`.react-flow__node[data-id="step-${count - 1}"]`).waitFor()
      expect(troubles).toEqual([])
      await close()
    })
  }

  it('in sub-pipelines begins closed, and opens one by one', async () => {
    await deploy('wide-grouped', 1000, true)
    const { page, close } = await openPage(browser)
    await page.goto(`${siteUrl()}/pipelines/wide-grouped`)
    await settle(page)
    const groups = page.locator('.react-flow__node-group')
    await expect.poll(() => groups.count()).toBe(5)
    expect(await page.locator('.react-flow__node-step').count()).toBe(0)
    await groups.first().click()
    await page.locator('.react-flow__node-step').first().waitFor()
    await expect.poll(() => page.getByRole('button', { name: /^Close the group part-0/ }).count()).toBe(1)
    await close()
  })
})

/** Milliseconds between two frames, the middle one of those that were drawn while the graph was dragged. */
async function medianFrameWhilePanning(page: Page): Promise<number> {
  const box = await page.locator('.react-flow').boundingBox()
  if (!box) throw new Error('the graph has no place on the page')
  await page.evaluate(() => {
    const frames: number[] = []
    Object.assign(window, { frames })
    let last = performance.now()
    const tick = (now: number) => {
      frames.push(now - last)
      last = now
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  const [x, y] = [box.x + box.width - 100, box.y + 200]
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let i = 1; i <= 40; i++) await page.mouse.move(x - i * 15, y + (i % 5))
  await page.mouse.up()
  const frames: readonly number[] = await page.evaluate('window.frames.slice(2)')
  return frames.toSorted((a, b) => a - b)[Math.floor(frames.length / 2)] ?? 0
}
