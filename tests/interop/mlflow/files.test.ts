import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient, type RegiaClient } from '@regia/sdk'
import { createServer, type RegiaServer } from '@regia/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pythonOf } from '../python.ts'

const SCRIPT = fileURLToPath(new URL('files.py', import.meta.url))
const LARGE_MEGABYTES = 95

/** What files.py prints. */
type Seen = {
  readonly run: string
  readonly listed: readonly [string, number][]
  readonly names: readonly [string, number][]
  readonly large: Readonly<Record<'digest' | 'true' | 'false', string>>
} & Readonly<Record<string, unknown>>

let folder: string
let server: RegiaServer
let regia: RegiaClient

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-files-'))
  server = await createServer({ home: join(folder, 'home'), projectDir: folder })
  regia = createClient({ url: server.url })
})

afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(['mlflow3', 'mlflow2'] as const)('files of the unchanged client: %s', (client) => {
  let seen: Seen

  beforeAll(async () => {
    const args = [SCRIPT, server.url, mkdtempSync(join(folder, `${client}-`)), String(LARGE_MEGABYTES)]
    const { stdout } = await promisify(execFile)(pythonOf(client), args, { maxBuffer: 10_000_000 })
    seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Seen
  })

  it('go up and come down as they are, whatever they are called', () => {
    const byName = (files: readonly [string, number][]) => [...files].sort(([a], [b]) => (a < b ? -1 : 1))
    expect(byName(seen.listed)).toEqual(byName(seen.names))
    expect(seen).toMatchObject({ same: true, text: 'some text', dict: { a: [1, 2, { b: null }] } })
    expect(seen).toMatchObject({ table: { x: [1, 2, 3], y: ['a', 'b', 'c'] } })
    if ('image' in seen) expect(seen.image).toEqual([9, 8])
  })

  it('are missed at once, and gone when they are taken away', () => {
    expect(seen).toMatchObject({ nothing: [0, 0], missing_is_quick: true, after_delete: [] })
    expect(seen.missing).toBeDefined()
  })

  it('go up and come down in parts', async () => {
    const { digest, ...got } = seen.large
    expect(got).toEqual({ true: digest, false: digest })
    for (const way of ['true', 'false']) {
      const { files } = await regia.tracking.files(seen.run, { path: `large-${way}` })
      expect(files).toMatchObject([{ digest, sizeBytes: LARGE_MEGABYTES * 1_000_000 }])
    }
    expect(readdirSync(join(folder, 'home', 'tmp', 'multipart'))).toEqual([])
  })

  it('are shown here: pages in a sandbox, tables as rows', async () => {
    const page = await regia.tracking.readFile(seen.run, 'page.html')
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox/)
    const { items } = await regia.tracking.previewFile(seen.run, 'table.json')
    expect(items).toEqual([
      { x: 1, y: 'a' },
      { x: 2, y: 'b' },
      { x: 3, y: 'c' },
    ])
  })
})
