import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, settle } from './browser.ts'
import { type Registered, registerModels } from './registered-models.ts'
import { seriousFindings } from './serious-findings.ts'
import { siteApi, siteUrl } from './site.ts'

const at = (name: string, ...below: readonly (string | number)[]) =>
  ['/models', encodeURIComponent(name), ...below].join('/')

describe.runIf(process.env.REGIA_E2E_URL === undefined)('registered models', () => {
  let browser: Browser
  let made: Registered
  beforeAll(async () => {
    browser = await openBrowser()
    made = await registerModels(siteApi(), 'ships')
  })
  afterAll(() => browser?.close())

  const open = async (path: string, colorScheme: 'light' | 'dark' = 'light') => {
    const opened = await openPage(browser, { colorScheme })
    await opened.page.goto(siteUrl() + path)
    await settle(opened.page)
    return opened
  }

  it('are found by a piece of their name, and by a filter that is told where it is wrong', async () => {
    const { page, troubles, close } = await open('/models')
    const table = page.getByRole('table', { name: 'Models', exact: true })
    await page.keyboard.press('/')
    await page.keyboard.type('HIPS-I')
    await page.waitForURL(/find=/)
    await expect.poll(() => table.getByRole('row').count()).toBe(2)
    await table.getByRole('link', { name: made.logged }).waitFor()
    await page.getByLabel('Find models').fill("tags.team = 'garden' AND version > 2")
    await page.getByText('POST /api/v1/registry/search').waitFor()
    await table.getByRole('link', { name: made.logged }).waitFor()
    await page.getByLabel('Find models').fill("version > 2 AND taem = 'garden'")
    await page.keyboard.press('Enter')
    expect(await page.getByRole('alert').locator('mark').innerText()).toBe('taem')
    await page.getByLabel('Find models').fill('nobody calls it so')
    await page.getByText('No model matches').waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('have a card that is written, read, and whose earlier words come back', async () => {
    const { page, troubles, close } = await open(at(made.logged, 1))
    const card = page.getByRole('region', { name: 'Model card' })
    await card.getByText('Nobody has said yet').waitFor()
    await card.getByRole('button', { name: 'Write card' }).click()
    await card.getByLabel('Purpose').fill('Tells irises **apart**.')
    await card.getByRole('button', { name: 'Add one' }).click()
    await card.getByLabel('Error 1', { exact: true }).fill('a setosa unseen')
    await card.getByLabel('Cost of error 1').fill('a lost bed, about 12 €')
    await card.getByRole('button', { name: 'Save' }).click()
    await card.locator('strong', { hasText: 'apart' }).waitFor()
    await card.getByText('a lost bed, about 12 €').waitFor()
    await card
      .getByText('Not written yet: Business objective, Owner, Data, Checks, Limits, Licence, Licence of the data.')
      .waitFor()

    await card.getByRole('button', { name: 'Edit card' }).click()
    await card.getByLabel('Purpose').fill('Sells irises.')
    await card.getByRole('button', { name: 'Save' }).click()
    await card.getByText('Sells irises.').waitFor()
    await card.getByText('Who wrote what').click()
    await expect.poll(() => card.getByText('changed Purpose').count()).toBe(2)
    await card.getByRole('button', { name: 'take these words' }).last().click()
    await card.getByRole('button', { name: 'Save' }).click()
    await card.locator('strong', { hasText: 'apart' }).waitFor()
    await card.getByRole('button', { name: 'Document' }).click()
    await card.getByRole('heading', { name: 'What errors cost' }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('move a protected alias once somebody else has approved', async () => {
    const api = siteApi()
    const { page, troubles, close } = await open(at(made.logged))
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('checkbox', { name: 'champion' }).check()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'v3', exact: true }).click()
    await page.getByRole('button', { name: 'Ask for champion' }).click()
    await page.getByLabel('Reason').fill('sees more')
    await page.getByRole('dialog').getByRole('button', { name: 'Ask for champion' }).click()
    const waiting = page.getByRole('region', { name: 'Waiting for approval' })
    await waiting.getByText('sees more').waitFor()
    expect((await api.models.version(made.logged, 'champion')).version).toBe(1)

    await waiting.getByRole('button', { name: 'Approve' }).click()
    await page.getByLabel('Your name').fill('grace')
    await page.getByLabel('Comment').fill('looked at it')
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('region', { name: 'Requests decided' }).getByText('approved by grace: looked at it').waitFor()
    expect((await api.models.version(made.logged, 'champion')).version).toBe(3)
    expect(troubles).toEqual([])
    await close()
  })

  it('are compared: what is better, what is worse, what is the same', async () => {
    const { page, troubles, close } = await open('/models/penguins')
    await page.getByLabel('Select v2').check()
    await page.getByLabel('Select v1').check()
    await page.getByRole('link', { name: 'Compare v1 with v2' }).click()
    await page.waitForURL(/compare\?before=.*1.*after=.*2/)
    const scores = page.getByRole('table', { name: 'Scores' })
    await scores.waitFor()
    expect(await scores.getByRole('img', { name: /better|worse/ }).count()).toBeGreaterThan(0)
    await page.getByText(/^v2 is (better|worse) in .* than v1\./).waitFor()
    await page.getByText(/^The same in both: .*Signature/).waitFor()
    await page.getByLabel('Only differences').uncheck()
    await page.getByRole('table', { name: 'Signature' }).waitFor()
    await page.waitForURL(/all=true/)
    await page.getByText('regia models compare penguins 1 2').waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('say of a pickle what to do, and show its files', async () => {
    const { page, troubles, close } = await open(at(made.logged, 2))
    await page.getByText('It cannot be served as it is.').waitFor()
    await page.getByText(/Convert it with skl2onnx\.to_onnx/).waitFor()
    const files = page.getByRole('region', { name: 'Files' })
    await files.getByRole('button', { name: 'MLmodel' }).click()
    await page.waitForURL(/file=MLmodel/)
    await files.getByText('python_function').waitFor()
    await files.getByRole('button', { name: /model\.pkl/ }).click()
    await files.getByText('Nothing of it can be shown here').waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('are described, tagged, staged, and called by any alias', async () => {
    const { page, troubles, close } = await open(at(made.odd, 5))
    const tags = page.getByRole('region', { name: 'Tags' })
    await tags.getByLabel('Key of a tag').fill('reviewed')
    await tags.getByLabel('Value of the tag').fill('yes')
    await tags.getByRole('button', { name: 'Set tag' }).click()
    await tags.getByText('reviewed').waitFor()
    await tags.getByRole('button', { name: 'Take the tag reviewed away' }).click()
    await tags.getByText('reviewed').waitFor({ state: 'hidden' })

    await page.getByRole('button', { name: 'Edit description' }).click()
    await page.getByLabel('Description in Markdown').fill('The **fifth**.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('strong', { hasText: 'fifth' }).waitFor()
    await page.getByRole('combobox', { name: 'Stage' }).click()
    await page.getByRole('option', { name: 'Staging' }).click()
    await page.getByText('v5 stands in Staging.').waitFor()

    await page.getByRole('button', { name: 'Move alias…' }).click()
    await page.getByRole('combobox', { name: 'Alias', exact: true }).fill('v7')
    await page.getByText(/not "latest", a number or "v1"/).waitFor()
    await page.getByRole('combobox', { name: 'Alias', exact: true }).fill('day-shift')
    await page.getByRole('button', { name: 'Move it' }).click()
    await page.getByRole('button', { name: 'Take day-shift away' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take it away' }).click()
    await page.getByRole('button', { name: 'Take day-shift away' }).waitFor({ state: 'hidden' })
    const version = await siteApi().models.version(made.odd, 5)
    expect(version).toMatchObject({ stage: 'Staging', aliases: [], description: 'The **fifth**.' })
    expect(troubles).toEqual([])
    await close()
  })

  it('are deleted and brought back, versions too', async () => {
    const { page, troubles, close } = await open(at(made.odd, 4))
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    const restore = page.getByRole('button', { name: 'Restore v4' })
    await restore.click()
    await restore.waitFor({ state: 'hidden' })
    expect((await siteApi().models.version(made.odd, 4)).version).toBe(4)

    await page.goto(siteUrl() + at(made.empty))
    await page.getByText('It has no version yet.').waitFor()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: `Restore ${made.empty}` }).click()
    await page.getByRole('link', { name: made.empty }).waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it('are made by hand and renamed', async () => {
    const { page, troubles, close } = await open('/models')
    await page.getByRole('button', { name: 'New model' }).click()
    await page.getByLabel('Name', { exact: true }).fill('ships b/c')
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'ships b/c' }).waitFor()
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByLabel('Name', { exact: true }).fill('ships d/e')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'ships d/e' }).waitFor()
    await page.getByText("regia models show 'ships d/e'").waitFor()
    await page.getByText('GET /api/v1/models/ships%20d%2Fe').waitFor()
    expect(troubles).toEqual([])
    await close()
  })

  it.each(['light', 'dark'] as const)(
    'have pages without serious findings, %s, and none is too wide',
    async (scheme) => {
      const { page, troubles, close } = await open('/models', scheme)
      const paths = [
        '/models',
        at(made.logged),
        at(made.logged, '1?file=MLmodel'),
        at(made.logged, 2),
        at(made.odd),
        at(made.odd, 2),
        at(made.empty),
        `${at(made.logged)}/compare?before=1&after=3&all=true`,
        `${at(made.empty)}/compare`,
      ]
      for (const path of paths) {
        await page.goto(siteUrl() + path)
        await settle(page)
        expect(await seriousFindings(page, scheme), path).toEqual([])
        await page.setViewportSize({ width: 420, height: 900 })
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(
          0,
        )
        await page.setViewportSize({ width: 1280, height: 900 })
      }
      expect(troubles).toEqual([])
      await close()
    },
  )
})
