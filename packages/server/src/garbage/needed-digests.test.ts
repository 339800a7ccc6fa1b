import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Digest, digestOf } from '@regia/core'
import { folderBlobStore } from '@regia/engine'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database/open.ts'
import { Manifests } from './manifests.ts'
import { neededDigests } from './needed-digests.ts'

const nobodyLeaves = { runs: new Set<string>(), entries: new Set<string>(), jobs: new Set<string>() }

describe('neededDigests', () => {
  it('knows the content of every logged file, however many there are', async () => {
    const database = await openDatabase(':memory:')
    onTestFinished(() => database.destroy())
    const digests: Digest[] = Array.from({ length: 2_500 }, (_, i) => digestOf(`file ${i}`))
    for (const [i, digest] of digests.entries()) {
      const row = { path: `1/run/artifacts/${(i * 7_919) % 2_500}`, digest, size_bytes: 1, logged_ms: 0 }
      await database.insertInto('artifact_file').values(row).execute()
    }
    expect(await neededDigests(database, nobodyLeaves)).toEqual(new Set(digests))
    await database.deleteFrom('artifact_file').where('digest', '=', digests[3]!).execute()
    expect((await neededDigests(database, nobodyLeaves)).has(digests[3]!)).toBe(false)
  })
})

describe('Manifests', () => {
  it('find every content that a blob lists, also where its pieces meet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'manifests-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const blobs = folderBlobStore(folder)
    // Longer than what is read at a time, so that some lie across the border.
    const files = Array.from({ length: 40_000 }, (_, i) => ({ path: `${i}`, digest: digestOf(`${i}`), sizeBytes: 1 }))
    const manifest = await blobs.put(Buffer.from(JSON.stringify({ files })))
    const needed = new Set<string>([manifest.digest])
    await new Manifests(blobs).addListed(needed, new Map([[manifest.digest, { ...manifest, keptAt: 0 }]]))
    expect(needed.size).toBe(files.length + 1)
    for (const { digest } of files) if (!needed.has(digest)) expect.unreachable(digest)
  })
})
