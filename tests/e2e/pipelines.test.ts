import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run, RunSummary } from '@regia/core'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../integration/regia-command.ts'
import { openBrowser, openPage, settle, type WatchedPage } from './browser.ts'
import { siteApi, siteUrl } from './site.ts'

const LONG = { timeout: 60_000 }
const isOurs = process.env.REGIA_E2E_URL === undefined

/** The shapes pipeline of our own project, as a person sees and drives it. */
describe.runIf(isOurs)('pipelines', () => {
  let browser: Browser
  let open: WatchedPage
  const api = siteApi()
  beforeAll(async () => {
    browser = await openBrowser()
    open = await openPage(browser)
  })
  afterAll(() => browser?.close())

  const goTo = async (path: string) => {
    await open.page.goto(siteUrl() + path)
    await settle(open.page)
  }
  const button = (name: string | RegExp): Locator => open.page.getByRole('button', { name, exact: true })
  const dialog = () => open.page.getByRole('dialog')
  const steps = () => open.page.locator('.react-flow__node-step')
  const ended = async (id: string, ...statuses: readonly string[]): Promise<Run> => {
    await expect.poll(async () => statuses.includes((await api.runs.get(id)).status), LONG).toBe(true)
    return api.runs.get(id)
  }
  const start = (params: Readonly<Record<string, unknown>>): Promise<RunSummary> =>
    api.pipelines.run('shapes', { params: { most: 20, ...params } })

  it('shows a graph before any run: groups close and open, and a step says what it is', async () => {
    const { graph, bundleDigest, projectDir } = await api.pipelines.get('shapes')
    await api.pipelines.deploy('unrun', { graph: { ...graph, name: 'unrun' }, bundleDigest, projectDir })
    await goTo('/pipelines/unrun')
    await expect.poll(() => steps().count()).toBe(8)
    expect(await open.page.getByRole('main').innerText()).toContain('this version has not run')

    await button('Close the group sums').click()
    const group = open.page.locator('.react-flow__node-group')
    await expect.poll(() => group.innerText()).toMatch(/sums[\s\S]*2 steps/)
    expect(await steps().count()).toBe(6)
    expect(open.page.url()).toContain('turned=sums')
    await group.click()
    await expect.poll(() => steps().count()).toBe(8)

    await steps().filter({ hasText: 'square' }).click()
    const definition = await dialog().getByRole('tabpanel').innerText()
    for (const part of ['pipelines/shapes.ts', 'for each', 'element of "x"', 'param power', 'number']) {
      expect(definition.toLowerCase()).toContain(part.toLowerCase())
    }
  })

  it('slices to what a step needs, with the command that runs just that', async () => {
    await goTo('/pipelines/shapes?step=sums.total')
    await button('What it needs').click()
    await dialog().waitFor({ state: 'hidden' })
    await expect.poll(() => steps().count()).toBe(3)
    await button(/^regia run shapes --to sums.total/).waitFor()
    await open.page.getByRole('group', { name: 'Slice' }).getByText('what depends on it').click()
    await button(/^regia run shapes --from sums.total/).waitFor()
    await expect.poll(() => steps().count()).toBe(6)
    await button('Show all').click()
    await expect.poll(() => steps().count()).toBe(8)
    await open.page.getByRole('combobox', { name: 'Tag' }).click()
    await open.page.getByRole('option', { name: 'report' }).click()
    await expect.poll(() => steps().count()).toBe(1)
  })

  it('launches with params, after it has said what is wrong and what would run', async () => {
    await goTo('/pipelines/shapes')
    await button('Run…').click()
    await dialog().getByLabel('most').fill('0')
    await expect.poll(() => dialog().innerText()).toContain('must be at least 1')
    expect(await dialog().getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)
    await dialog().getByLabel('most').fill('7')
    await dialog().getByText('Only some steps').click()
    await dialog().getByLabel('To', { exact: true }).fill('sums.nothing')
    await expect.poll(() => dialog().innerText()).toContain('There is no step "sums.nothing".')
    await dialog().getByLabel('To', { exact: true }).fill('sums.total')
    await expect.poll(() => dialog().getByRole('list', { name: 'Plan' }).innerText(), LONG).toContain('count would run')
    expect(await dialog().innerText()).toContain('--param most=7')
    await dialog().getByRole('button', { name: 'Run', exact: true }).click()
    await open.page.waitForURL(/\/runs\/run_/)
    const run = await ended(open.page.url().split('/').at(-1) ?? '', 'succeeded')
    expect(run).toMatchObject({ params: { most: 7 }, selection: { to: ['sums.total'] } })
  })

  it('follows a run as graph, timeline and logs', async () => {
    const { id } = await start({ most: 400, power: 1.5 })
    await goTo(`/runs/${id}`)
    const lanes = open.page.getByRole('region', { name: 'Steps over time' })
    await expect.poll(() => lanes.getByRole('listitem').count()).toBe(8)
    await expect.poll(() => open.page.getByRole('main').innerText(), LONG).toContain('waits for a person')
    await ended(id, 'paused')
    await expect.poll(() => lanes.locator('[data-tone="paused"]').count()).toBe(1)
    expect(await lanes.locator('[data-tone="running"]').count()).toBeGreaterThan(3)

    await open.page.getByRole('searchbox', { name: 'Search the log' }).last().fill('refused')
    await open.page.keyboard.press('Enter')
    const marks = open.page.getByRole('region', { name: 'Log lines' }).locator('mark')
    await expect.poll(() => marks.count(), LONG).toBeGreaterThan(0)
    expect(new Set(await marks.allInnerTexts())).toEqual(new Set(['refused']))
    await api.runs.cancel(id)
  })

  it('shows a mapped step as one node, its durations and each of its elements', async () => {
    const { id } = await start({ most: 300, power: 4 })
    await ended(id, 'paused')
    await goTo(`/runs/${id}?step=sums.square&tab=items`)
    await expect.poll(() => dialog().innerText(), LONG).toContain('299 of 300 · 1 failed')
    await dialog().getByRole('figure', { name: 'How long elements took' }).waitFor()
    const table = dialog().getByRole('table', { name: 'Elements' })
    expect(await table.getAttribute('aria-rowcount')).toBe('301')
    await dialog().getByRole('combobox', { name: 'Status of elements' }).click()
    await open.page.getByRole('option', { name: 'failed' }).click()
    await expect.poll(() => table.locator('tr[data-index]').count()).toBe(1)
    await table.locator('tr[data-index="0"]').click()
    const detail = dialog().getByRole('region', { name: 'Element 13' })
    await expect.poll(() => detail.innerText(), LONG).toMatch(/thirteen is refused[\s\S]*of the code/)
    await api.runs.cancel(id)
  })

  it('asks a person, on the page and on the overview, and goes on with the answer', async () => {
    const { id, number } = await start({ power: 5 })
    await ended(id, 'paused')
    await goTo('/')
    const asked = open.page.getByRole('listitem').filter({ hasText: `shapes #${number} asks: Publish the report?` })
    await asked.getByRole('link', { name: 'Look' }).click()
    await open.page.waitForURL(`**/runs/${id}`)
    await button('Approve').first().click()
    await dialog().getByLabel('Comment').fill('looks right')
    await dialog().getByRole('button', { name: 'Approve' }).click()
    const run = await ended(id, 'succeeded')
    expect(run.steps.find(({ step }) => step === 'publish')?.status).toBe('succeeded')
    await goTo(`/runs/${id}?step=ask&tab=why`)
    await expect.poll(() => dialog().innerText()).toMatch(/approved[\s\S]*looks right/)
  })

  it('shows artifacts as what they are, and lets none of them do anything', async () => {
    const { items } = await api.runs.list({ pipeline: 'shapes', status: 'succeeded' })
    const runs = await Promise.all(items.map(({ id }) => api.runs.get(id)))
    const run = runs.find((each) => each.steps.some(({ step, outputs }) => step === 'report' && outputs.page))
    await goTo(`/runs/${run?.id}?step=report&tab=data`)
    await expect.poll(() => dialog().innerText(), LONG).toContain('<b>really</b>')
    expect(await dialog().locator('strong').count()).toBeGreaterThan(0)
    const frame = dialog().locator('iframe')
    expect(await frame.getAttribute('sandbox')).toBe('')
    await expect.poll(() => frame.contentFrame().locator('h1').innerText(), LONG).toMatch(/^Total \d/)
    await dialog().getByRole('button', { name: 'more/words.txt' }).click()
    await expect.poll(() => dialog().innerText(), LONG).toContain('words in a file')
    await dialog().getByRole('button', { name: 'curve.svg' }).click()
    await expect.poll(() => dialog().locator('img').count()).toBe(1)
    await dialog().getByRole('button', { name: 'lineage' }).first().click()
    await dialog().getByRole('region', { name: 'What made it' }).waitFor(LONG)
  })

  it('compares two runs step by step', async () => {
    const first = await start({ power: 6 })
    const second = await start({ power: 7 })
    await Promise.all([ended(first.id, 'paused'), ended(second.id, 'paused')])
    await goTo(`/runs?selected=${first.id},${second.id}`)
    const compared = open.page.getByRole('table', { name: 'Runs compared' })
    await expect.poll(() => compared.innerText(), LONG).toMatch(/param power\s+6\s+7/)
    const byStep = open.page.getByRole('table', { name: 'Steps compared' })
    await expect.poll(() => byStep.innerText(), LONG).toMatch(/sums\.total\s+input ys, output total/)
    await Promise.all([api.runs.cancel(first.id), api.runs.cancel(second.id)])
  })

  it('recovers a failed run with what it had finished', async () => {
    const folder = await temporaryFolder()
    const marker = join(folder.dir, 'marker')
    const failed = await start({ marker, power: 8 })
    await expect
      .poll(async () => (await api.runs.get(failed.id)).steps.find(({ step }) => step === 'fragile')?.status, LONG)
      .toBe('failed')
    await ended(failed.id, 'paused', 'failed')
    if ((await api.runs.get(failed.id)).status === 'paused')
      await api.runs.approve(failed.id, 'ask', { isApproved: true })
    await ended(failed.id, 'failed')
    await writeFile(marker, '')
    await goTo(`/runs/${failed.id}`)
    await button('Recover').click()
    await dialog().getByRole('button', { name: 'Recover', exact: true }).click()
    await open.page.waitForURL(
      (url) => url.pathname.startsWith('/runs/run_') && !url.pathname.endsWith(failed.id),
      LONG,
    )
    const id = open.page.url().split('/').at(-1) ?? ''
    const run = await ended(id, 'succeeded', 'paused')
    expect(run.recoveredFrom).toBe(failed.id)
    expect(run.steps.find(({ step }) => step === 'fragile')?.status).toBe('succeeded')
    await expect.poll(() => open.page.getByRole('main').innerText()).toContain('recovers an earlier run')
    if (run.status === 'paused') await api.runs.approve(id, 'ask', { isApproved: true })
    await ended(id, 'succeeded')

    await goTo(`/runs/${id}?step=sums.total`)
    await button('Recover from here').click()
    const asked = open.page.getByRole('dialog', { name: /^Recover shapes/ })
    await asked.getByRole('button', { name: 'Recover from here', exact: true }).click()
    await open.page.waitForURL((url) => url.pathname.startsWith('/runs/run_') && !url.pathname.endsWith(id), LONG)
    const again = await ended(new URL(open.page.url()).pathname.split('/').at(-1) ?? '', 'succeeded', 'paused')
    const statusOf = (wanted: string) => again.steps.find(({ step }) => step === wanted)?.status
    expect([statusOf('sums.total'), statusOf('count')]).toEqual(['succeeded', 'cached'])
    await folder.remove()
  })

  it('points a channel to a version, and rolls it back with a reason', async () => {
    await goTo('/pipelines/shapes?view=versions')
    const versions = open.page.getByRole('table', { name: 'Versions' })
    const point = async (version: number) => {
      const row = versions.getByRole('row').filter({ hasText: `v${version}` })
      await row.getByRole('button', { name: 'Point channel…' }).click()
      await dialog().getByLabel('Channel').fill('prod')
      await dialog()
        .getByRole('button', { name: `Point it to v${version}` })
        .click()
      await dialog().waitFor({ state: 'hidden' })
      await expect.poll(async () => (await api.pipelines.channels('shapes')).channels[0]?.version).toBe(version)
    }
    await point(1)
    await point(2)
    await button('Roll back to v1').click()
    await dialog().getByLabel('Reason').fill('numbers too large')
    await dialog().getByRole('button', { name: 'Roll back to v1' }).click()
    await expect.poll(async () => (await api.pipelines.channels('shapes')).channels[0]?.version).toBe(1)
    const moves = open.page.getByRole('table', { name: 'How channels moved' })
    await expect.poll(() => moves.innerText(), LONG).toContain('numbers too large')
    await expect.poll(() => open.page.getByRole('region', { name: 'What is different' }).innerText()).toContain('power')
  })

  it('looks into what a pipeline reads by name', async () => {
    const { graph, bundleDigest, projectDir } = await api.pipelines.get('shapes')
    const catalog = {
      birds: { kind: 'table', path: 'penguins.csv', format: 'csv' },
      lost: { kind: 'file', path: 'no/such.txt' },
    } as const
    await api.pipelines.deploy('named', { graph: { ...graph, name: 'named', catalog }, bundleDigest, projectDir })
    await goTo('/pipelines/named?view=catalog')
    const entries = open.page.getByRole('table', { name: 'Catalog entries' })
    await expect.poll(() => entries.innerText()).toMatch(/birds[\s\S]*penguins\.csv/)
    expect(await entries.getByRole('row').filter({ hasText: 'lost' }).getByRole('img').getAttribute('aria-label')).toBe(
      'missing',
    )
    await entries.getByRole('button', { name: 'birds' }).click()
    const rows = open.page.getByRole('table', { name: 'First rows of birds' })
    await expect.poll(() => rows.innerText(), LONG).toMatch(/species[\s\S]*Adelie/)
  })

  it('schedules a pipeline: next times as they are typed, pause, resume, run now', async () => {
    await goTo('/schedules')
    await button('New schedule…').click()
    await dialog().getByLabel('Name').fill('every-monday')
    await dialog().getByRole('combobox', { name: 'Pipeline' }).click()
    await open.page.getByRole('option', { name: 'shapes' }).click()
    await dialog().getByLabel('Cron').fill('30 4 * * 1')
    await dialog().getByLabel('Time zone').fill('Europe/Paris')
    const times = dialog().getByRole('list', { name: 'Next times' }).getByRole('listitem')
    await expect
      .poll(() => times.allInnerTexts(), LONG)
      .toSatisfy((texts: string[]) => texts.length === 5 && texts.every((text) => /^Mon .*04:30/.test(text)))
    await dialog().getByLabel('Params').fill('{"most": 3}')
    await dialog().getByRole('button', { name: 'Make it' }).click()
    await dialog().waitFor({ state: 'hidden' })
    expect(await api.schedules.get('every-monday')).toMatchObject({
      pipeline: 'shapes',
      params: { most: 3 },
      when: { on: 'time', cron: '30 4 * * 1', timezone: 'Europe/Paris' },
    })
    const row = open.page.getByRole('row').filter({ hasText: 'every-monday' })
    await row.getByRole('button', { name: 'Pause' }).click()
    await expect.poll(async () => (await api.schedules.get('every-monday')).isPaused).toBe(true)
    await row.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(async () => (await api.schedules.get('every-monday')).isPaused).toBe(false)
    await row.getByRole('button', { name: 'Run now' }).click()
    await dialog().getByRole('button', { name: 'Run now' }).click()
    await row.getByRole('button', { name: 'every-monday', exact: true }).click()
    await expect.poll(() => open.page.getByRole('table', { name: 'Firings' }).innerText(), LONG).toContain('started')
  })

  it('fills values in, one run each', async () => {
    await goTo('/backfills')
    await button('New back-fill…').click()
    await dialog().getByRole('combobox', { name: 'Pipeline' }).click()
    await open.page.getByRole('option', { name: 'shapes' }).click()
    await dialog().getByRole('button', { name: 'some values' }).click()
    await dialog().getByRole('combobox', { name: 'Param' }).click()
    await open.page.getByRole('option', { name: 'most' }).click()
    await dialog().getByLabel('Values').fill('3\n4\n5')
    await dialog().getByRole('button', { name: 'Start' }).click()
    const windows = open.page.getByRole('list', { name: 'Windows' }).getByRole('listitem')
    await expect.poll(() => windows.count(), LONG).toBe(3)
    const [backfill] = (await api.backfills.list()).items
    expect(backfill?.spec).toMatchObject({ over: { kind: 'values', param: 'most', values: [3, 4, 5] } })
    await button('Cancel').click()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(async () => (await api.backfills.get(backfill?.id ?? '')).status, LONG).toBe('cancelled')
  })

  it('complained about nothing', () => expect(open.troubles).toEqual([]))
})
