import { servable } from '@regia/core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, openPage, settle, type WatchedPage } from './browser.ts'
import { siteApi, siteUrl } from './site.ts'

const isOurs = process.env.REGIA_E2E_URL === undefined

/** What a person can do, done in the browser and looked up through the API. */
describe('actions', () => {
  let browser: Browser
  let open: WatchedPage
  beforeAll(async () => {
    browser = await openBrowser()
    open = await openPage(browser)
  })
  afterAll(() => browser?.close())

  const goTo = async (path: string) => {
    await open.page.goto(siteUrl() + path)
    await settle(open.page)
  }
  const click = (name: string | RegExp) => open.page.getByRole('button', { name, exact: true }).first().click()
  const confirm = async (name: string | RegExp, reason: string) => {
    await click(name)
    const dialog = open.page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill(reason)
    await dialog.getByRole('button', { name }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  it('rolls back, and promotes again', async () => {
    const api = siteApi()
    const endpoint = (await api.endpoints.list()).items.find((each) => each.rollbackVersion !== undefined)
    if (!endpoint) throw new Error('no endpoint has a version to roll back to')
    const { name } = endpoint.spec
    const before = endpoint.deployments.find(({ role }) => role === 'stable')
    await goTo(`/endpoints/${name}`)
    await confirm(/^Roll back to v/, 'a test of the button')
    const rolledBack = await api.endpoints.get(name)
    expect(rolledBack.deployments.find(({ role }) => role === 'stable')?.version).toBe(endpoint.rollbackVersion)
    await expect.poll(() => open.page.getByRole('main').innerText()).toContain('a test of the button')

    await goTo(`/models/${before?.model}/${before?.version}`)
    await confirm('Make champion', 'it was fine')
    await expect
      .poll(async () => (await api.endpoints.get(name)).deployments.find(({ role }) => role === 'stable')?.version)
      .toBe(before?.version)
    expect((await api.models.version(before?.model ?? '', 'champion')).version).toBe(before?.version)
  })

  it('acknowledges an alert', async () => {
    const api = siteApi()
    const { items } = await api.alerts.list({ status: 'open' })
    if (!items[0]) {
      expect(isOurs, 'our own project must have an open alert').toBe(false)
      return
    }
    await goTo('/alerts')
    await click('Acknowledge')
    await expect
      .poll(async () => (await api.alerts.list({ status: 'open' })).total, { timeout: 60_000 })
      .toBe(items.length - 1)
  })

  it('breaks the demo, and mends it', async () => {
    const api = siteApi()
    const [action] = (await api.demo.get())?.actions ?? []
    if (!action) {
      expect(isOurs, 'our own project must offer something to break').toBe(false)
      return
    }
    await goTo('/')
    const wished = open.page.waitForResponse((response) => response.url().endsWith(`/demo/actions/${action.name}`))
    await click(`Break: ${action.label}`)
    expect((await wished).status()).toBe(200)
    if (isOurs) {
      expect((await api.demo.takeActions()).actions).toMatchObject([{ name: action.name, active: true }])
      const demo = await api.demo.get()
      if (demo) await api.demo.set({ ...demo, actions: demo.actions.map((each) => ({ ...each, isActive: true })) })
    }
    await open.page.getByRole('button', { name: `Mend: ${action.label}` }).click({ timeout: 60_000 })
    if (isOurs) {
      await expect
        .poll(async () => (await api.demo.takeActions()).actions)
        .toMatchObject([{ name: action.name, active: false }])
    }
  })

  it('predicts with the example of the model', async () => {
    const api = siteApi()
    const endpoint = (await api.endpoints.list()).items[0]
    const serving = endpoint?.deployments.find(({ role }) => role === 'stable')
    const model = servable(await api.models.version(serving?.model ?? '', serving?.version ?? 0))
    const number = model.package.signature.inputs.find(({ type }) => type === 'float' || type === 'int')?.name ?? ''
    await goTo(`/endpoints/${endpoint?.spec.name}`)
    await click('Predict')
    const form = open.page.locator('#try-it')
    await expect.poll(() => form.innerText()).toMatch(/score [\d.]+ · .+ v\d+/)
    await form.getByLabel(number, { exact: true }).fill('not a number')
    await expect.poll(() => form.innerText()).toContain('is not a number')
  })

  it('says what would run, then runs it', async () => {
    const api = siteApi()
    const names = (await api.pipelines.list()).items.map((each) => each.pipeline)
    const pipeline = names.find((name) => name === 'penguins') ?? names[0]
    const before = (await api.runs.list({ limit: 1, ...(pipeline && { pipeline }) })).total
    await goTo(`/pipelines/${pipeline}`)
    await click('Run…')
    const drawer = open.page.getByRole('dialog')
    await drawer.getByRole('list', { name: 'Plan' }).getByRole('listitem').first().waitFor()
    if (!isOurs) return
    await drawer.getByRole('button', { name: 'Run', exact: true }).click()
    await open.page.waitForURL(/\/runs\/run_/)
    await expect.poll(() => open.page.getByRole('main').innerText(), { timeout: 60_000 }).toContain('succeeded')
    expect((await api.runs.list({ limit: 1, ...(pipeline && { pipeline }) })).total).toBe(before + 1)
  })

  it('shows what others do, as it happens', async () => {
    const api = siteApi()
    const name = (await api.endpoints.list()).items[0]?.spec.name ?? ''
    await goTo(`/endpoints/${name}`)
    await expect.poll(() => open.page.getByRole('banner').innerText()).toContain('live')
    const count = async () => (await api.endpoints.get(name)).predictionCount
    const before = await count()
    const version = (await api.endpoints.get(name)).deployments[0]
    const model = servable(await api.models.version(version?.model ?? '', version?.version ?? 1))
    const row = Object.fromEntries(
      Object.entries(model.package.example.rows[0] ?? {}).map(([column, value]) => [
        column,
        typeof value === 'number' ? value : String(value),
      ]),
    )
    // In the endpoint's own time: a replay must not be taken into the present.
    const { watermark } = await api.endpoints.get(name)
    await api.endpoints.predict(name, { rows: [row], ...(watermark && { at: watermark }) })
    await expect.poll(count).toBeGreaterThan(before)
    const figure = open.page.getByText('Prediction log', { exact: true }).locator('..')
    // The page shortens a large count; its hover has it exactly.
    const shown = async () =>
      Number((await figure.locator('[title]').first().getAttribute('title'))?.replaceAll(',', ''))
    await expect.poll(shown, { timeout: 60_000 }).toBeGreaterThan(before)
  })

  it('complained about nothing', () => expect(open.troubles).toEqual([]))
})
