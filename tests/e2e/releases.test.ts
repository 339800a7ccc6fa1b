import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startUpstream } from '../../packages/server/test/serving/upstream-server.ts'
import { fitsWidth, openBrowser, openPage, settle } from './browser.ts'
import { LONG_NAME, type ReleaseSite, startReleases } from './release-site.ts'
import { seriousFindings } from './serious-findings.ts'

const LONG = { timeout: 60_000 }
const PATHS = [
  '/endpoints',
  '/endpoints?find=nobody-is-called-so',
  '/endpoints/eta',
  '/endpoints/fares',
  '/endpoints/fares/experiment',
  '/endpoints/eta/experiment',
  '/endpoints/fares/releases',
  '/endpoints/offers',
  '/endpoints/risk',
  '/endpoints/both',
  `/endpoints/${LONG_NAME}`,
  `/endpoints/${LONG_NAME}/releases`,
]

describe.runIf(process.env.REGIA_E2E_URL === undefined)('releases', () => {
  let browser: Browser
  let site: ReleaseSite
  beforeAll(async () => {
    browser = await openBrowser()
    site = await startReleases({ turns: 14 })
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  const open = async (path: string, options: Parameters<typeof openPage>[1] = {}) => {
    const opened = await openPage(browser, options)
    await opened.page.goto(site.url + path)
    await settle(opened.page)
    return opened
  }
  const bar = (page: Page) => page.getByRole('region', { name: 'Release', exact: true }).first()

  it('stand in the list of endpoints, each with where it is', async () => {
    const { page, troubles, close } = await open('/endpoints')
    const table = page.getByRole('table', { name: 'Endpoints' })
    await table.getByRole('link', { name: /canary .* · step \d of 4/ }).waitFor()
    await table.getByRole('link', { name: /experiment: [\d,]+ of [\d,]+ per arm/ }).waitFor()
    await table.getByRole('link', { name: /bandit: v\d \d+/ }).waitFor()
    await table.getByText(/shadow: /).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('FARE')
    await page.waitForURL(/find=FARE/)
    await expect.poll(() => table.getByRole('row').count(), LONG).toBe(2)
    await page.getByText('1 endpoint', { exact: true }).waitFor()
    await table.getByRole('link', { name: 'fares', exact: true }).click()
    await page.waitForURL(/endpoints\/fares$/)
    expect(troubles).toEqual([])
    await close()
  })

  it('of a canary show steps and rules, and are paused, resumed and advanced by hand', async () => {
    const { page, troubles, close } = await open('/endpoints/eta')
    const steps = page.getByRole('list', { name: 'Steps' })
    await steps.getByText(/of 40 requests/).waitFor()
    const rules = page.getByRole('table', { name: 'Rules' })
    await rules.getByText('Failures in a row').waitFor()
    expect(await rules.getByRole('img', { name: /passes|fails|waits/ }).count()).toBe(8)

    await bar(page).getByRole('button', { name: 'Pause' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Every version keeps the share that it has now.').waitFor()
    await dialog.getByLabel('Reason').fill('lunch')
    await dialog.getByText('regia endpoints pause eta --reason lunch').waitFor()
    await dialog.getByText('POST /api/v1/endpoints/eta/pause {"reason":"lunch"}').waitFor()
    await dialog.getByRole('button', { name: 'Pause', exact: true }).click()
    await bar(page)
      .getByText(/· paused/)
      .waitFor()
    expect((await site.api.endpoints.release('eta'))?.state).toBe('paused')

    await bar(page).getByRole('button', { name: 'Resume' }).click()
    await dialog.getByRole('button', { name: 'Resume', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    const before = (await site.api.endpoints.release('eta'))?.step?.place ?? 0
    await bar(page)
      .getByRole('button', { name: /Next step/ })
      .click()
    await dialog.getByText(/without waiting for the rules/).waitFor()
    await dialog.getByRole('button', { name: /Next step/ }).click()
    await bar(page)
      .getByText(new RegExp(`step ${before + 1} of 4`))
      .waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('are rolled back by keyboard alone, with the button in sight at the end of the page', async () => {
    const { page, troubles, close } = await open('/endpoints/eta')
    await page.keyboard.press('End')
    const back = bar(page).getByRole('button', { name: 'Roll back' })
    await expect.poll(() => back.evaluate((element) => element.getBoundingClientRect().top > 0), LONG).toBe(true)
    await back.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/goes to v1 with the next request; none fails/).waitFor()
    await page.keyboard.type('too slow for the night')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    expect((await site.api.endpoints.release('eta'))?.state).toBe('rolled-back')

    const decisions = page.getByRole('region', { name: 'Decisions' }).first()
    await decisions.getByRole('button', { name: 'by hand' }).click()
    await page.waitForURL(/decisions=hands/)
    await decisions.getByText('too slow for the night').waitFor()
    await decisions.getByRole('button', { name: 'Rolled back' }).first().click()
    await page.waitForURL(/decision=/)
    await dialog.getByRole('table', { name: 'Versions in this release' }).waitFor()
    await dialog.getByRole('table', { name: 'Rules' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('leave decisions that are asked of the server by kind and by who took them, however many there are', async () => {
    const { page, troubles, close } = await open('/endpoints/offers')
    const decisions = page.getByRole('region', { name: 'Decisions' }).first()
    const { total } = await site.api.endpoints.decisions('offers', { kinds: ['shares-changed', 'bandit-started'] })
    const asked = page.waitForRequest(/decisions\?.*kind=canary-started.*shares-changed/)
    await decisions.getByRole('button', { name: 'shares', exact: true }).click()
    await asked
    await decisions.getByText(`newest first, ${total}`, { exact: true }).waitFor()
    await decisions.getByText('Shares changed').first().waitFor()
    await decisions.getByRole('button', { name: 'verdicts' }).click()
    await decisions.getByText('None of this kind.').waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('of an experiment show differences, size and sample ratio on a page of their own', async () => {
    const { page, troubles, close } = await open('/endpoints/fares')
    await page.getByRole('link', { name: 'Open the experiment' }).click()
    await page.waitForURL(/fares\/experiment$/)
    await page.getByRole('img', { name: /Differences of accuracy: v2/ }).waitFor()
    await page
      .getByText(/expected/)
      .first()
      .waitFor()
    await page.getByText('power now, v2').waitFor()
    expect(await page.getByRole('table', { name: 'Versions in this release' }).getByRole('row').count()).toBe(4)
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'fares' }).click()
    await page.waitForURL(/endpoints\/fares$/)
    expect(troubles).toEqual([])
    await close()
  })

  it('of a bandit show shares over time and what is believed of each version', async () => {
    const { page, troubles, close } = await open('/endpoints/offers')
    await page.getByRole('img', { name: /Shares of the versions of offers/ }).waitFor()
    const beliefs = page.getByRole('table', { name: 'What the versions earned' })
    await expect.poll(() => beliefs.getByRole('row').count(), LONG).toBe(4)
    await page.getByRole('button', { name: 'Table of Shares of offers' }).click()
    await page.getByRole('dialog').getByRole('row').nth(3).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('in shadow show the rows on which the versions differ most', async () => {
    const { page, troubles, close } = await open('/endpoints/risk')
    const table = page.getByRole('table', { name: 'Rows that differ most' })
    await table.waitFor()
    const differences = await table.locator('tbody b').allInnerTexts()
    const sizes = differences.map((text) => Math.abs(Number(text.replace('−', '-'))))
    expect(sizes.length).toBe(15)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect(troubles).toEqual([])
    await close()
  })

  it('answer a row that is typed, and say who answered and how sure', async () => {
    const { page, troubles, close } = await open('/endpoints/risk')
    const form = page.getByRole('region', { name: 'Try it' })
    await form.getByRole('button', { name: 'Predict', exact: true }).click()
    await form.getByText(/risk v1 · .*\sm?s/).waitFor()
    await form.getByRole('list', { name: 'Most probable classes' }).waitFor()
    await form.getByText(/^curl http/).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('begin from a form: the file, the difference, then the deed', async () => {
    const { page, troubles, close } = await open('/endpoints/risk')
    await page.getByRole('button', { name: 'Start a release…' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('button', { name: 'Experiment' }).click()
    await drawer.getByText(/labels of the champion and/).waitFor()
    await drawer.getByLabel('Smallest difference worth finding').fill('')
    await drawer.getByText(/experiment\.minimumEffect/).waitFor()
    await drawer.getByLabel('Smallest difference worth finding').fill('0.03')
    await drawer.getByText("import { endpoint } from 'regia'").waitFor()
    await drawer.getByText('endpoints/risk.ts').waitFor()
    await drawer.getByRole('button', { name: 'YAML' }).click()
    await drawer.getByText(/endpoint: risk\nstable: risk@champion\n/).waitFor()
    await drawer.getByText('endpoints/risk.yaml').waitFor()
    await drawer.getByRole('button', { name: 'HTTP' }).click()
    await drawer.getByText(/^PUT \/api\/v1\/endpoints\/risk\n/).waitFor()
    await drawer.getByRole('button', { name: 'Show what changes' }).click()
    const changes = drawer.getByRole('list', { name: 'What changes' })
    await changes.getByText('shadow', { exact: false }).first().waitFor()
    await drawer.getByRole('button', { name: 'Begin the experiment' }).click()
    await drawer.waitFor({ state: 'hidden' })
    await bar(page)
      .getByText(/experiment/)
      .first()
      .waitFor()
    expect((await site.api.endpoints.get('risk')).spec.experiment?.minimumEffect).toBe(0.03)
    expect(troubles).toEqual([])
    await close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`have pages without serious findings of axe, that fit a phone, ${colorScheme}`, async () => {
      const findings: Record<string, readonly string[]> = {}
      for (const path of PATHS) {
        const { page, troubles, close } = await open(path, { colorScheme })
        const found = [...troubles, ...(await seriousFindings(page, colorScheme))]
        await page.setViewportSize({ width: 390, height: 800 })
        if (!(await fitsWidth(page))) found.push('too wide')
        if (found.length > 0) findings[path] = found
        await close()
      }
      expect(findings).toEqual({})
    }, 300_000)

    it(`ask and begin in dialogs without serious findings of axe, ${colorScheme}`, async () => {
      const { page, close } = await open('/endpoints/fares', { colorScheme })
      const findings: string[] = []
      for (const name of ['Roll back', 'Start a release…']) {
        await page.getByRole('button', { name }).first().click()
        await page.getByRole('dialog').waitFor()
        findings.push(...(await seriousFindings(page, colorScheme)))
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'hidden' })
      }
      expect(findings).toEqual([])
      await close()
    })
  }

  it('leave no doubt about a version that cannot be loaded, on its page and on the first one', async () => {
    const upstream = await startUpstream()
    const importRemote = (timeoutMs: number) =>
      site.served.send('POST', '/api/v1/models/remote/import', {
        upstream: { url: upstream.url, model: 'remote', timeoutMs },
        signature: { classes: ['on time', 'late'], target: 'arrival' },
        example: [{ numbers_0: 100, numbers_1: 1, origin: 'SFO' }],
      })
    await importRemote(1500)
    await site.api.endpoints.apply({ name: 'remote', stable: 'remote@champion' })
    await importRemote(1400)
    await upstream.close()
    await site.api.models.promote('remote', 2, { alias: 'champion', reason: 'the server behind it is away' })
    const { page, troubles, close } = await open('/')
    const needs = page.getByRole('listitem').filter({ hasText: 'remote: remote v2 cannot be loaded' })
    await needs.getByText(/ECONNREFUSED/).waitFor()
    await needs.getByRole('link', { name: 'Why' }).click()
    await page.waitForURL(/endpoints\/remote$/)
    const alert = page.getByRole('alert').filter({ hasText: 'v1 goes on answering' })
    await alert.getByText('regia models promote remote@1 --alias champion').waitFor()
    await page.getByRole('heading', { level: 1 }).getByRole('img', { name: 'broken' }).waitFor()
    await bar(page).getByText('v1 champion 100 % · v2 champion (failed)').waitFor()
    expect([...troubles, ...(await seriousFindings(page, 'light'))]).toEqual([])
    await close()
  })

  it('say so when the server fails, and keep the page', async () => {
    const { page, close } = await openPage(browser)
    await page.route('**/api/v1/endpoints/offers/releases*', (route) =>
      route.fulfill({
        status: 500,
        json: { error: { code: 'DATA_UNREADABLE', message: 'The database cannot be read.' } },
      }),
    )
    await page.goto(`${site.url}/endpoints/offers/releases`)
    await page.getByRole('alert').filter({ hasText: 'DATA_UNREADABLE' }).first().waitFor()
    await close()
  })
})
