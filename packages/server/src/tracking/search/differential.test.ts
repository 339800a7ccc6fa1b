import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../database/database.ts'
import { openDatabase } from '../../database/open.ts'
import { Reader } from '../../database/reader.ts'
import { RunSearchService } from './run-search-service.ts'
import { naiveSearch } from './testing/naive-search.ts'
import { type RandomQuery, randomQuery } from './testing/random-queries.ts'
import { insertExperiments, insertRuns, type KnownRun, randomRun } from './testing/random-runs.ts'
import { TUNING, type Tuning } from './tuning.ts'

const RUNS = 400
/** Every way of searching is taken: each by numbers under which it is chosen. */
const TUNINGS: Readonly<Record<string, Tuning>> = {
  'as it is served': TUNING,
  'along the index': { few: 0, window: 1e9, windowPerRow: 0, maxWalks: 32 },
  'a stretch of the index first': { few: 0, window: 4, windowPerRow: 1, maxWalks: 32 },
  'from those that match': { few: 1e9, window: 4, windowPerRow: 1, maxWalks: 32 },
  'all runs': { few: 0, window: 4, windowPerRow: 1, maxWalks: 0 },
}

const home = mkdtempSync(join(tmpdir(), 'regia-search-'))
const runs: readonly KnownRun[] = Array.from({ length: RUNS }, (_, i) => randomRun(createRng(`run ${i}`), i))
let database: Database
let reader: Reader

beforeAll(async () => {
  database = await openDatabase(join(home, 'regia.db'))
  await insertExperiments(database)
  await insertRuns(database, runs)
  reader = new Reader({ database })
})
afterAll(async () => {
  await reader.close()
  await database.destroy()
  rmSync(home, { recursive: true, force: true })
})

/** Page after page to the end. */
async function searchAll(service: RunSearchService, query: RandomQuery, limit: number): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await service.search({ ...query, limit, cursor, select: { params: [], metrics: [], tags: [] } })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
    if (cursor !== undefined) expect(page.items).toHaveLength(limit)
  } while (cursor !== undefined)
  return ids
}

describe.each(Object.entries(TUNINGS))('a search, %s', (name, tuning) => {
  it('finds what looking at every run finds, in the same order, in pages of any size', {
    timeout: 120_000,
  }, async () => {
    const rng = createRng(`differential ${name}`)
    const service = new RunSearchService(reader, tuning)
    let found = 0
    for (let round = 0; round < 300; round++) {
      const query = randomQuery(rng)
      const expected = naiveSearch(runs, query).map(({ id }) => id)
      found += expected.length
      const limit = [7, 60, 500][rng.integer(3)] ?? 7
      expect(await searchAll(service, query, limit), JSON.stringify({ round, limit, ...query })).toEqual(expected)
      expect(await service.count(query), JSON.stringify(query)).toBe(expected.length)
    }
    expect(found).toBeGreaterThan(5_000)
  })
})
