import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDataWorker, type DataWorker, folderBlobStore, hashFile } from '@regia/engine'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database/open.ts'
import { type TableEntry, takeIn } from './take-in-table.ts'

const ENTRY: TableEntry = { kind: 'table', path: 'cities.csv', format: 'csv' }

/** Everything real; how often the worker takes a file in is counted. */
async function parts() {
  const home = mkdtempSync(join(tmpdir(), 'regia-take-in-'))
  const real = createDataWorker({ tempDir: join(home, 'duckdb') })
  const counts = { ingested: 0 }
  const worker: DataWorker = {
    ...real,
    ingest: (request) => {
      counts.ingested++
      return real.ingest(request)
    },
  }
  const database = await openDatabase(join(home, 'regia.db'))
  onTestFinished(async () => {
    await real.close()
    await database.destroy()
    rmSync(home, { recursive: true, force: true })
  })
  const path = join(home, 'data.txt')
  const source = { path, name: 'data.txt', isTemporary: false }
  const blobs = folderBlobStore(join(home, 'blobs'))
  return { counts, path, source, deps: { database, blobs, worker, clock: Date.now, home } }
}

describe('takeIn', () => {
  it('takes the same bytes in once, under each schema and format', async () => {
    const { counts, path, source, deps } = await parts()
    writeFileSync(path, 'id,city\n1,Oslo\n2,Rome\n')
    const digest = await hashFile(path)
    const first = await takeIn(deps, source, digest, ENTRY)
    expect(await takeIn(deps, source, digest, { ...ENTRY, path: 'elsewhere.csv' })).toEqual(first)
    expect(counts.ingested).toBe(1)
    const schema = { columns: [{ name: 'id', type: 'float' as const, nullable: false }], strict: false }
    const other = await takeIn(deps, source, digest, { ...ENTRY, schema })
    expect(other.artifact.columns?.[0]).toEqual({ name: 'id', type: 'float' })
    expect(counts.ingested).toBe(2)
  })

  it('takes it in again where a collection took the table away', async () => {
    const { counts, path, source, deps } = await parts()
    writeFileSync(path, 'id,city\n1,Oslo\n')
    const digest = await hashFile(path)
    const first = await takeIn(deps, source, digest, ENTRY)
    expect(await deps.blobs.delete(first.artifact.digest, Date.now() + 3_600_000)).toBe(true)
    expect(await takeIn(deps, source, digest, ENTRY)).toEqual(first)
    expect(counts.ingested).toBe(2)
  })

  it('goes by the format of the entry where the name says another or none', async () => {
    const { path, source, deps } = await parts()
    writeFileSync(path, '{"id": 1}\n{"id": 2}\n')
    const { artifact } = await takeIn(deps, source, await hashFile(path), { ...ENTRY, format: 'jsonl' })
    expect(artifact).toMatchObject({ rowCount: 2, columns: [{ name: 'id', type: 'int' }] })
  })
})
