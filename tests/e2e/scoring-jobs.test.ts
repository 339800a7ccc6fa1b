import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openBrowser, openPage, settle, type WatchedPage } from './browser.ts'
import { siteApi, siteUrl } from './site.ts'

const LONG = { timeout: 60_000 }

describe('scoring jobs in a browser', () => {
  let browser: Browser
  let open: WatchedPage
  const api = siteApi()
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    open = await openPage(browser)
    onTestFinished(() => open.close())
  })

  it('are started in a form, followed, opened and downloaded', async () => {
    const { page } = open
    await page.goto(siteUrl())
    await settle(page)
    await page.getByRole('link', { name: 'Scoring jobs' }).click()
    await page.getByRole('button', { name: 'New scoring job…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'Model' }).click()
    await page.getByRole('option', { name: 'penguins', exact: true }).click()
    await dialog.getByRole('combobox', { name: 'Dataset' }).click()
    await page.getByRole('option', { name: 'penguins', exact: true }).click()
    await dialog.getByLabel('Keep as dataset').fill('from-the-page')
    await dialog.getByRole('button', { name: 'Start' }).click()
    await dialog.waitFor({ state: 'hidden' })
    const table = page.getByRole('table', { name: 'Scoring jobs' })
    await expect.poll(() => table.getByRole('row').nth(1).innerText(), LONG).toContain('succeeded')
    const [job] = (await api.scoringJobs.list({ limit: 1 })).items
    const rows = job?.result?.rowCount ?? 0
    expect(rows).toBeGreaterThan(100)
    await expect
      .poll(() => page.getByRole('region', { name: job?.id ?? 'none' }).innerText(), LONG)
      .toContain('from-the-page version 1')
    expect(new URL(page.url()).searchParams.get('job')).toBe(job?.id)
    const coming = page.waitForEvent('download')
    await table.getByRole('row').nth(1).getByRole('link', { name: 'Download' }).click()
    expect((await coming).suggestedFilename()).toBe(`${job?.id}.parquet`)
    expect(await table.getByRole('row').nth(1).getByRole('button', { name: 'Delete' }).count()).toBe(0)
    expect(open.troubles).toEqual([])
  })

  it('that are over are deleted once a person has said so', async () => {
    const { page } = open
    const { id } = await api.scoringJobs.create({ model: 'penguins@champion', input: { dataset: 'penguins' } })
    await page.goto(`${siteUrl()}/scoring-jobs?job=${id}`)
    await settle(page)
    const row = page.getByRole('table', { name: 'Scoring jobs' }).getByRole('row').nth(1)
    await expect.poll(() => row.innerText(), LONG).toContain('succeeded')
    await row.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/goes with its result/).waitFor()
    await dialog.getByText(`regia scoring-jobs delete ${id}`).waitFor()
    expect((await api.scoringJobs.get(id)).status).toBe('succeeded')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('region', { name: id }).waitFor({ state: 'detached' })
    expect((await api.scoringJobs.list({ limit: 100 })).items.map((job) => job.id)).not.toContain(id)
    expect(open.troubles).toEqual([])
  })
})
