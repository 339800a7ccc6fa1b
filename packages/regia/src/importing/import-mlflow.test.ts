import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@regia/sdk'
import { createServer } from '@regia/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { importMlflow } from './import-mlflow.ts'
import type { ImportSource, SourceFile } from './import-source.ts'

const RUN = 'a'.repeat(32)
const QUIET = { say: () => {}, counted: () => {} }
const none = async function* () {}

/** A tracker with one run, whose file says that it has so many bytes. */
const sourceOf = (sizeBytes: number): ImportSource => {
  const file: SourceFile = { path: 'notes/a.txt', sizeBytes, open: async () => new Blob(['hello']).stream() }
  return {
    name: 'a test',
    experiments: async function* () {
      yield { id: '7', name: 'one', isDeleted: false, tags: {} }
    },
    runs: async function* () {
      const times = { startMs: 1_750_000_000_000, endMs: 1_750_000_001_000 }
      const texts = { params: { depth: '3' }, tags: { 'mlflow.runName': 'first', team: 'ops' } }
      const run = { id: RUN, experimentId: '7', name: 'first', user: 'ada', status: 'succeeded' as const }
      yield { ...run, ...times, ...texts, isDeleted: false, artifactUri: '', metricKeys: ['loss'], datasets: [] }
    },
    history: async function* () {
      // The second stands there twice.
      for (const step of [1, 2, 2]) yield { value: 1 / step, step, atMs: 1_750_000_000_000 + step }
    },
    files: async function* () {
      yield file
    },
    loggedModels: none,
    modelFiles: none,
    registered: none,
    versions: none,
    versionFiles: none,
  }
}

async function openRegia() {
  const folder = mkdtempSync(join(tmpdir(), 'regia-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = await createServer({ home: join(folder, 'home'), projectDir: folder })
  onTestFinished(() => server.close())
  return createClient({ url: server.url })
}

describe('an import', () => {
  it('takes a run over once, with what stands there twice once', async () => {
    const regia = await openRegia()
    const first = await importMlflow(regia, sourceOf(5), QUIET)
    expect(first).toMatchObject({ problems: [], runs: { imported: 1 }, files: { imported: 1, bytes: 5 } })
    expect(await regia.tracking.get(RUN)).toMatchObject({ name: 'first', params: { depth: '3' }, source: 'import' })
    expect((await regia.tracking.history(RUN, 'loss')).items).toHaveLength(2)
    const again = await importMlflow(regia, sourceOf(5), QUIET)
    expect(again).toMatchObject({ problems: [], runs: { imported: 0, skipped: 1 } })
  })

  it('says which file has not come whole, and takes its run again the next time', async () => {
    const regia = await openRegia()
    const broken = await importMlflow(regia, sourceOf(9), QUIET)
    expect(broken.problems).toEqual([`run ${RUN}: file "notes/a.txt" has 5 bytes of 9`])
    expect(await importMlflow(regia, sourceOf(5), QUIET)).toMatchObject({ problems: [], runs: { imported: 1 } })
  })
})
