import { type Digest, digestOf } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database/open.ts'
import { neededDigests } from './needed-digests.ts'

const nobodyLeaves = { runs: new Set<string>(), entries: new Set<string>() }

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
