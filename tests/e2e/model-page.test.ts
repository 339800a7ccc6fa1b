import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Row, Signature, SignatureColumn } from '@regia/core'
import { type ModelSession, openModel } from '@regia/engine'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BundledModel } from '../../packages/regia/src/bundles/bundle-target.ts'
import { bundleOf, type Files, tripsModel } from '../integration/bundles/bundle-lab.ts'
import { openBrowser, openPage, type WatchedPage } from './browser.ts'
import { seriousFindings } from './serious-findings.ts'

/** As a careful server sends it, in addition to the page's own. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src data:"

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
}

const PAGE_OF_OTHERS =
  '<!doctype html><html lang="en"><title>mine</title><link rel="icon" href="data:,"><script type="module" src="./mine.js"></script>'
const PROGRAM_OF_OTHERS = `import { load } from './deep/late/regia-model.js'
globalThis.model = await load()
globalThis.ask = (rows) => model.predict(rows)
document.title = 'loaded'`

/** A static server that puts the folder under a path, and a page beside it. */
async function serveFolder(
  files: Files,
): Promise<{ readonly url: string; readonly asked: string[]; readonly server: Server }> {
  const asked: string[] = []
  const others: Readonly<Record<string, string>> = { '/mine.html': PAGE_OF_OTHERS, '/mine.js': PROGRAM_OF_OTHERS }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]!
    asked.push(path)
    const name = path.endsWith('/') ? `${path}index.html` : path
    const content = others[path] ?? files.get(name.replace(/^\/deep\/late\//, ''))
    const headers = { 'content-type': TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream' }
    response.writeHead(content === undefined ? 404 : 200, { ...headers, 'content-security-policy': POLICY })
    response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server }
}

/** A deterministic stream in [0, 1). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function randomRows({ inputs }: Signature, examples: readonly Row[], count: number): readonly Row[] {
  const random = randomOf(7)
  const cell = ({ name, type, nullable }: SignatureColumn) => {
    if (nullable && random() < 0.2) return null
    const seen = examples[Math.floor(random() * examples.length)]![name] ?? null
    if (type === 'float') return Math.round((random() - 0.3) * 1e5) / 17
    if (type === 'int') return Math.floor((random() - 0.2) * 3000)
    if (type === 'bool') return random() < 0.5
    if (type === 'timestamp') return new Date(Math.floor(random() * 1.8e12)).toISOString()
    return random() < 0.2 ? ['', 'né', 'NOWHERE', 'x'.repeat(300), '日本'][Math.floor(random() * 5)]! : (seen ?? 'JFK')
  }
  return Array.from({ length: count }, () => Object.fromEntries(inputs.map((input) => [input.name, cell(input)])))
}

describe('a model in the browser', () => {
  let model: BundledModel
  let session: ModelSession
  let site: Awaited<ReturnType<typeof serveFolder>>
  let browser: Browser
  let watched: WatchedPage
  let page: Page
  const examples = () => model.manifest.example.rows as readonly Row[]
  beforeAll(async () => {
    model = await tripsModel()
    session = await openModel(model.bytes)
    site = await serveFolder(await bundleOf(model, 'browser'))
    browser = await openBrowser()
    watched = await openPage(browser)
    page = watched.page
    await page.goto(`${site.url}/deep/late/`)
    await page.locator('#state[data-state="ready"]').waitFor({ timeout: 60_000 })
  })
  afterAll(async () => {
    await browser.close()
    site.server.close()
    await session.close()
  })

  it('answers the example by itself, from its own files alone', async () => {
    await page.locator('#answer .value').waitFor()
    const expected = await session.predictRows([examples()[0]!])
    const shown = await page.locator('#answer data').evaluateAll((all) => all.map((each) => each.getAttribute('value')))
    shown.forEach((value, k) => {
      expect(Number(value)).toBeCloseTo(expected.probabilities![k]!, 5)
    })
    expect(shown).toHaveLength(2)
    expect(new Set(site.asked)).toEqual(
      new Set(
        ['', 'page.css', 'regia-model.js', 'model.json', 'model.onnx', 'ort-wasm-simd-threaded.wasm'].map(
          (name) => `/deep/late/${name}`,
        ),
      ),
    )
    expect(watched.troubles).toEqual([])
  })

  it('says at the field what is wrong with it', async () => {
    const column = model.manifest.signature.inputs.find(({ type }) => type === 'float')!
    const field = page.getByLabel(column.name, { exact: true })
    const before = await field.inputValue()
    await field.fill('far')
    await page.getByRole('button', { name: 'Predict' }).click()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await page.locator(`[id="input-${column.name}-fault"]`).textContent()).toBe(
      `Column "${column.name}" is "far"; it must be a number.`,
    )
    expect(await page.locator('#answer').textContent()).toBe('')
    await field.fill(before)
    await page.getByRole('button', { name: 'Predict' }).click()
    await page.locator('#answer .value').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBeNull()
  })

  it('gives the same answers as a server, as a module in the page of another', async () => {
    const other = await openPage(browser)
    await other.page.goto(`${site.url}/mine.html`)
    await other.page.waitForFunction(() => document.title === 'loaded')
    const rows = [...examples(), ...randomRows(model.manifest.signature, examples(), 1000)]
    const expected = await session.predictRows(rows)
    const got = (await other.page.evaluate((asked) => Reflect.get(globalThis, 'ask')(asked), rows)) as readonly {
      readonly label: string
      readonly probabilities: Readonly<Record<string, number>>
    }[]
    const classes = model.manifest.signature.classes!
    expect(got).toHaveLength(rows.length)
    got.forEach(({ label, probabilities }, row) => {
      classes.forEach((name, k) => {
        expect(Math.abs(probabilities[name]! - expected.probabilities![row * classes.length + k]!)).toBeLessThan(1e-5)
      })
      expect(label).toBe(classes[expected.classes![row]!])
    })
    expect(new Set(got.map(({ label }) => label)).size).toBe(2)
    expect(rows.some((row) => Object.values(row).includes(null))).toBe(true)
    const error = await other.page.evaluate(
      (asked) =>
        Reflect.get(
          globalThis,
          'ask',
        )(asked).catch(({ code, where }: { code: string; where: string }) => ({ code, where })),
      [{ ...examples()[0], nothing: 1 }],
    )
    expect(error).toEqual({ code: 'COLUMN_UNKNOWN', where: 'rows[0].nothing' })
    expect(other.troubles).toEqual([])
    await other.close()
  })

  it('scores a file beside the page, and offers the result', async () => {
    const rows = randomRows(model.manifest.signature, examples(), 20_000)
    const names = model.manifest.signature.inputs.map(({ name }) => name)
    const cells = (row: Row) => names.map((name) => `"${String(row[name] ?? '').replaceAll('"', '""')}"`)
    const csv = ['id', ...names].join(',') + rows.map((row, i) => `\n${[i, ...cells(row)].join(',')}`).join('')
    await page.locator('#file').setInputFiles({ name: 'trips.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByRole('button', { name: 'Score', exact: true }).click()
    const link = page.getByRole('link', { name: 'Download trips.scored.csv' })
    await link.waitFor({ timeout: 60_000 })
    expect(await page.locator('#scored p').textContent()).toMatch(/^20,000 rows in \d+\.\d s\.$/)
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
    expect(lines[0]).toBe(
      [
        'id',
        ...names,
        'prediction',
        'score',
        ...model.manifest.signature.classes!.map((name) => `probability_${name}`),
      ].join(','),
    )
    expect(lines).toHaveLength(rows.length + 1)
    const expected = await session.predictRows(rows)
    rows.forEach((_, row) => {
      expect(Math.abs(Number(lines[row + 1]!.split(',').at(-3)) - expected.scores[row]!)).toBeLessThan(1e-5)
    })
    expect(watched.troubles).toEqual([])
  })

  it('names row and column of a file that it cannot score', async () => {
    const names = model.manifest.signature.inputs.map(({ name }) => name)
    const good = names.map((name) => examples()[0]![name] ?? '')
    const place = model.manifest.signature.inputs.findIndex(({ type }) => type === 'float')
    const csv = [names, good, good.with(place, 'far')].map((cells) => cells.join(',')).join('\n')
    await page.locator('#file').setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await page.getByRole('button', { name: 'Score', exact: true }).click()
    await expect
      .poll(() => page.locator('#scored').textContent(), { timeout: 60_000 })
      .toContain(
        `row 2 (line 3), column "${names[place]}": Column "${names[place]}" of row 2 is "far"; it must be a number.`,
      )
    await page.locator('#file').setInputFiles({ name: 'bad.txt', mimeType: 'text/plain', buffer: Buffer.from(csv) })
    await page.getByRole('button', { name: 'Score', exact: true }).click()
    await expect.poll(() => page.locator('#scored').textContent()).toContain('.csv, .jsonl or .ndjson')
  })

  it('is accessible in the light and in the dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const seen = await openPage(browser, { colorScheme, bypassCSP: true, viewport: { width: 390, height: 844 } })
      await seen.page.goto(`${site.url}/deep/late/`)
      await seen.page.locator('#answer .value').waitFor({ timeout: 60_000 })
      expect(await seriousFindings(seen.page, colorScheme)).toEqual([])
      expect(await seen.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      if (process.env.REGIA_SCREENSHOTS)
        await seen.page.screenshot({ path: `${process.env.REGIA_SCREENSHOTS}/page-${colorScheme}.png`, fullPage: true })
      await seen.close()
    }
  })

  it('says what is missing when its files are not all there', async () => {
    const files = await bundleOf(model, 'browser')
    const poor = await serveFolder(new Map([...files].filter(([path]) => path !== 'model.onnx')))
    const seen = await openPage(browser)
    await seen.page.goto(`${poor.url}/deep/late/`)
    await seen.page.locator('#state[data-state="failed"]').waitFor({ timeout: 60_000 })
    expect(await seen.page.locator('#state').textContent()).toBe('A file of the model cannot be read: 404.')
    await seen.close()
    poor.server.close()
  })
})
