import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fitsWidth, openBrowser, openPage, settle } from './browser.ts'
import { seriousFindings } from './serious-findings.ts'
import { siteApi, siteUrl } from './site.ts'
import { LONG_NAME, logRuns, type Tracked } from './tracked-runs.ts'

describe.runIf(process.env.REGIA_E2E_URL === undefined)('experiments', () => {
  let browser: Browser
  let tracked: Tracked
  beforeAll(async () => {
    browser = await openBrowser()
    tracked = await logRuns(siteApi(), 'forests of the pages')
  })
  afterAll(() => browser?.close())

  const open = async (path: string) => {
    const opened = await openPage(browser)
    await opened.page.goto(siteUrl() + path)
    await settle(opened.page)
    return opened
  }
  const table = (query = '') => open(`/experiments/${tracked.experiment}${query}`)
  const run = (query = '') => open(`/experiments/${tracked.experiment}/runs/${tracked.rich}${query}`)

  it('are made, renamed, deleted and brought back', async () => {
    const { page, troubles, close } = await open('/experiments')
    await page.getByRole('button', { name: 'New experiment' }).click()
    await page.getByLabel('Name', { exact: true }).fill('made by hand')
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
    await page.waitForURL(/\/experiments\/\d+/)
    await page.getByText('Nothing was logged here yet').waitFor()
    await menu(page, 'made by hand', 'Rename')
    await page.getByLabel('Name', { exact: true }).fill('made with care')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('heading', { name: 'made with care' }).waitFor()

    await page.goto(`${siteUrl()}/experiments?search=with%20care`)
    await settle(page)
    await menu(page, 'made with care', 'Delete')
    await page.getByText('No experiment has').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: 'made with care' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('have a table that is filtered with completion, and sorted', async () => {
    const { page, troubles, close } = await table()
    expect(await rowCount(page)).toBe(13)
    await page.getByText(LONG_NAME).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('params.dep')
    await page.getByRole('option', { name: 'params.depth' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.type("= '8' and metrics.auc > 0.7")
    await page.keyboard.press('Enter')
    await page.waitForURL(/filter=/)
    expect(await page.getByRole('combobox', { name: 'Filter runs' }).inputValue()).toBe(
      "params.depth = '8' and metrics.auc > 0.7",
    )
    await expect.poll(() => rowCount(page)).toBe(5)
    await page.getByRole('button', { name: 'auc', exact: true }).click()
    await page.waitForURL(/sort=-metrics.auc/)
    await expect.poll(() => page.locator('tr[data-index="0"]').innerText()).toContain('forest 8×200')
    await page.getByRole('button', { name: /^auc/ }).click()
    await expect.poll(() => page.locator('tr[data-index="0"]').innerText()).toContain('forest 8×10')

    const url = page.url()
    await page.goto('about:blank')
    await page.goto(url)
    await settle(page)
    expect(await page.locator('tr[data-index="0"]').innerText()).toContain('forest 8×10')
    expect(troubles).toEqual([])
    await close()
  })

  it('say where a filter is wrong', async () => {
    const { page, troubles, close } = await table()
    await page.keyboard.press('/')
    await page.keyboard.type('metrics.auc > 0.7 and depht = 3')
    await page.keyboard.press('Enter')
    const fault = page.getByRole('alert')
    await fault.waitFor()
    expect(await fault.locator('mark').innerText()).toBe('depht')
    expect(page.url()).not.toContain('filter=')
    expect(troubles).toEqual([])
    await close()
  })

  it('open children, choose columns, put runs into groups', async () => {
    const { page, troubles, close } = await table()
    await page.getByRole('button', { name: 'Children of with everything' }).click()
    await page.getByText('fold 2').waitFor()
    await page.locator('tr[data-index="0"]').focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByText('fold 2').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: /^Columns/ }).click()
    await page.getByLabel('Find a column').fill('team')
    await page.getByRole('checkbox', { name: /team/ }).check()
    await page.waitForURL(/columns=.*tags.team/)
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'team' }).waitFor()

    await page.getByRole('combobox', { name: 'Group by' }).click()
    await page.getByRole('option', { name: 'depth' }).click()
    const groups = page.getByRole('table', { name: 'Runs by depth' })
    await groups.waitFor()
    expect(await groups.getByRole('row').count()).toBe(4)
    await groups.getByRole('button', { name: '5', exact: true }).click()
    await page.waitForURL(/filter=params.depth/)
    await expect.poll(() => rowCount(page)).toBe(4)
    expect(troubles).toEqual([])
    await close()
  })

  it('compare what the keyboard selects, what differs first', async () => {
    const { page, troubles, close } = await table()
    await page.locator('tr[data-index="1"]').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('2')
    await page.keyboard.press('Space')
    await page.getByText('2 runs selected').waitFor()
    await page.getByRole('button', { name: 'Compare', exact: true }).last().click()
    const compared = page.getByRole('table', { name: 'Runs compared' })
    await compared.waitFor()
    expect(await compared.getByRole('rowheader', { name: 'trees', exact: true }).count()).toBe(1)
    expect(await compared.getByRole('rowheader', { name: 'depth', exact: true }).count()).toBe(0)
    await page.getByLabel('Only differences').uncheck()
    await compared.getByRole('rowheader', { name: 'depth', exact: true }).waitFor()
    await page.getByRole('img', { name: 'auc over step' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('delete runs, and take it back', async () => {
    const { page, troubles, close } = await table(`?selected=${tracked.runs[7]}`)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await expect.poll(() => rowCount(page)).toBe(12)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => rowCount(page)).toBe(13)
    expect(troubles).toEqual([])
    await close()
  })

  it('show a new run as it comes', async () => {
    const api = siteApi()
    const { id } = await api.experiments.create({ name: 'watched' })
    const { page, troubles, close } = await open(`/experiments/${id}`)
    await page.getByText('Nothing was logged here yet').waitFor()
    const logged = await api.tracking.create({ experiment: 'watched', name: 'just now' })
    await page.getByRole('link', { name: 'just now' }).waitFor({ timeout: 45_000 })
    await api.tracking.update(logged.id, { status: 'succeeded' })
    await page.getByRole('img', { name: 'succeeded' }).waitFor({ timeout: 45_000 })
    expect(troubles).toEqual([])
    await close()
  })

  it('are drawn: curves, scatter, boxes, parallel coordinates, each with its table', async () => {
    const { page, troubles, close } = await table('?tab=charts&smooth=0.5&log=y')
    for (const name of ['auc over step', 'loss over step', 'Parallel coordinates'])
      await page.getByRole('img', { name }).locator('canvas').first().waitFor()
    await page.getByRole('figure', { name: 'parallel coordinates' }).waitFor()
    await page.getByRole('button', { name: 'Table of loss' }).click()
    const numbers = page.getByRole('dialog').getByRole('table')
    await numbers.waitFor()
    expect(await numbers.getByRole('row').count()).toBeGreaterThan(100)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Elapsed' }).click()
    await page.waitForURL(/x=elapsed/)
    await page.getByRole('img', { name: 'auc over elapsed' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('are looked at more closely by drawing over a part of the axis', async () => {
    const { page, troubles, close } = await table('?tab=charts&curves=loss')
    const chart = page.getByRole('img', { name: 'loss over step' })
    await chart.locator('canvas').first().waitFor()
    const box = await chart.boundingBox()
    if (!box) throw new Error('the chart has no place on the page')
    await page.mouse.move(box.x + box.width * 0.4, box.y + 80)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/from=\d+&until=\d+/)
    const [from, until] = ['From step', 'to'].map((label) => page.getByLabel(label, { exact: true }))
    expect(Number(await from?.inputValue())).toBeGreaterThan(10)
    expect(Number(await until?.inputValue())).toBeLessThan(50)
    await page.getByRole('button', { name: 'All of it' }).click()
    await expect.poll(() => page.url()).not.toContain('from=')
    expect(troubles).toEqual([])
    await close()
  })

  it('keep views by name, and rows as CSV', async () => {
    const { page, troubles, close } = await table('?sort=-metrics.auc&columns=metrics.auc,curves.auc,params.depth')
    await page
      .getByRole('img', { name: /^auc of / })
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByLabel('Name of this view').fill('the best')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: 'the best' }).waitFor()
    await page.keyboard.press('Escape')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'CSV', exact: true }).click()
    const [head = '', first = ''] = (await readFile(await (await download).path(), 'utf8')).split('\r\n')
    expect(head).toBe('id,name,status,metrics.auc,params.depth')
    expect(first).toContain('forest 8×200,succeeded,0.76')

    await page.goto(`${siteUrl()}/experiments/${tracked.experiment}`)
    await settle(page)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('link', { name: 'the best' }).click()
    await page.waitForURL(/sort=-metrics.auc/)
    expect(troubles).toEqual([])
    await close()
  })

  it('are found by links that clients of MLflow print', async () => {
    const { page, troubles, close } = await open(`/#/experiments/${tracked.experiment}/runs/${tracked.rich}`)
    await page.waitForURL(`**/experiments/${tracked.experiment}/runs/${tracked.rich}`)
    await page.getByRole('heading', { name: 'with everything' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('have runs with a note and tags that people write', async () => {
    const { page, troubles, close } = await run()
    const note = page.getByRole('region', { name: 'Note' })
    await note.getByText('<script>alert(1)</script>').waitFor()
    await note.getByRole('button', { name: 'Edit' }).click()
    await note.getByLabel('Note in Markdown').fill('It is **better** now.')
    await note.getByRole('button', { name: 'Preview' }).click()
    await note.locator('strong', { hasText: 'better' }).waitFor()
    await note.getByRole('button', { name: 'Save' }).click()
    await note.getByRole('button', { name: 'Edit' }).waitFor()
    await note.locator('strong', { hasText: 'better' }).waitFor()

    await page.getByLabel('Key of a tag').fill('reviewed')
    await page.getByLabel('Value of the tag').fill('yes')
    await page.getByRole('button', { name: 'Set tag' }).click()
    await page.getByRole('rowheader', { name: 'reviewed' }).waitFor()
    await page.getByRole('button', { name: 'Take the tag reviewed away' }).click()
    await page.getByRole('rowheader', { name: 'reviewed' }).waitFor({ state: 'hidden' })
    expect((await siteApi().tracking.get(tracked.rich)).note).toBe('It is **better** now.')
    expect(troubles).toEqual([])
    await close()
  })

  it('show files as what they are', async () => {
    const { page, troubles, close } = await run('?tab=files')
    const choose = (name: string) => page.getByRole('button', { name }).first().click()
    await choose('eval.csv')
    await page.getByText('300 rows').waitFor()
    await choose('settings.json')
    await page.getByText('"adam"').waitFor()
    await choose('table.json')
    await page.getByRole('cell', { name: 'Oslo' }).waitFor()
    await choose('README.md')
    await page.locator('em', { hasText: 'note' }).waitFor()
    await choose('plots')
    await choose('pixel.png')
    const image = page.getByRole('img', { name: 'pixel.png' })
    await expect.poll(() => image.evaluate((each) => each instanceof HTMLImageElement && each.naturalWidth)).toBe(1)
    await choose('model')
    await choose('model.onnx')
    await page.getByRole('cell', { name: 'float [batch, 1]' }).first().waitFor()
    await page.locator('.react-flow__node', { hasText: 'Sigmoid' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('run no script of an HTML file', async () => {
    const { page, close } = await run('?tab=files&file=plots/report.html')
    const frame = page.frameLocator('iframe')
    await frame.getByRole('heading', { name: 'Report' }).waitFor()
    expect(await page.title()).toContain('with everything')
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('')
    await close()
  })

  it('register a model that was logged', async () => {
    const api = siteApi()
    const model = `m-${'0f'.repeat(16)}`
    await api.tracking.putLoggedModel(model, {
      experimentId: tracked.experiment,
      name: 'forest-onnx',
      sourceRunId: tracked.rich,
      status: 'ready',
    })
    const { page, close } = await run()
    await page.getByRole('button', { name: 'Register' }).click()
    await page.getByRole('dialog').getByLabel('Registered model').fill('forest-of-pages')
    await page.getByRole('dialog').getByRole('button', { name: 'Register' }).click()
    await page.waitForURL('**/models/forest-of-pages/1')
    await page.goto(`${siteUrl()}/experiments/${tracked.experiment}/runs/${tracked.rich}`)
    await page.getByRole('link', { name: 'forest-of-pages v1' }).waitFor()
    await close()
  })

  it('are found from the palette', async () => {
    const { page, close } = await open('/')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('forests of the')
    await page.getByRole('option', { name: /forests of the pages/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/experiments/${tracked.experiment}`)
    await close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`have no serious findings of axe, ${colorScheme}`, async () => {
      const base = `/experiments/${tracked.experiment}`
      const selected = tracked.runs.slice(0, 3).join(',')
      const paths = [
        `${base}?selected=${selected}`,
        `${base}?group=params.depth`,
        `${base}?tab=charts`,
        `${base}?tab=compare&only=all&selected=${selected}`,
        `${base}/runs/${tracked.rich}`,
        `${base}/runs/${tracked.rich}?tab=system`,
        `${base}/runs/${tracked.rich}?tab=files&file=model/model.onnx`,
        `${base}/runs/${tracked.rich}?tab=files&file=settings.json`,
      ]
      const findings: Record<string, readonly string[]> = {}
      for (const path of paths) {
        const { page, troubles, close } = await openPage(browser, { colorScheme })
        await page.goto(siteUrl() + path)
        await settle(page)
        const found = [...troubles, ...(await seriousFindings(page, colorScheme))]
        if (found.length > 0) findings[path] = found
        await close()
      }
      expect(findings).toEqual({})
    })
  }

  it('fit a phone without scrolling sideways', async () => {
    const { page, close } = await openPage(browser, { viewport: { width: 390, height: 800 } })
    const base = `/experiments/${tracked.experiment}`
    const wide: string[] = []
    for (const path of [
      base,
      `${base}?tab=charts`,
      `${base}/runs/${tracked.rich}`,
      `${base}/runs/${tracked.rich}?tab=files`,
    ]) {
      await page.goto(siteUrl() + path)
      await settle(page)
      if (!(await fitsWidth(page))) wide.push(path)
    }
    expect(wide).toEqual([])
    await close()
  })
})

const rowCount = (page: Page) => page.locator('tr[data-index]').count()

async function menu(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `What can be done with ${name}` }).click()
  await page.getByRole('menuitem', { name: item }).click()
}
