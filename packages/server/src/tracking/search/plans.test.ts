import { createRng } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Database } from '../../database/database.ts'
import { openDatabase } from '../../database/open.ts'
import { Reader } from '../../database/reader.ts'
import { RunSearchService } from './run-search-service.ts'
import { insertExperiments, insertRuns, randomRun } from './testing/random-runs.ts'
import { TUNING, type Tuning } from './tuning.ts'

/** Keeps how SQLite goes about each query that is read. */
class PlanReader extends Reader {
  readonly plans: string[] = []
  readonly #database: Database

  constructor(database: Database) {
    super({ database })
    this.#database = database
  }

  override async readAll<Row>(queries: readonly RawBuilder<Row>[]): Promise<readonly (readonly Row[])[]> {
    for (const query of queries) {
      const { sql: text, parameters } = query.compile(this.#database)
      const explained = `explain query plan ${text.replaceAll('still_wanted()', 'true')}`
      const { rows } = await this.#database.executeQuery<{ detail: string }>({
        ...sql`select 1`.compile(this.#database),
        sql: explained,
        parameters,
      })
      this.plans.push(...rows.map(({ detail }) => detail))
    }
    return super.readAll(queries)
  }
}

async function plansOf(tuning: Tuning, filter: string, orderBy: readonly string[]): Promise<readonly string[]> {
  const database = await openDatabase(':memory:')
  onTestFinished(() => database.destroy())
  await insertExperiments(database)
  await insertRuns(
    database,
    Array.from({ length: 30 }, (_, i) => randomRun(createRng(i), i)),
  )
  const reader = new PlanReader(database)
  const search = new RunSearchService(reader, tuning)
  const query = { filter, orderBy, limit: 2, lifecycle: 'active' as const }
  const { nextCursor } = await search.search(query)
  if (nextCursor !== undefined) await search.search({ ...query, cursor: nextCursor })
  return reader.plans
}

/** Tables of many rows must be entered by an index and a value to look for. */
const scans = (plans: readonly string[]): readonly string[] =>
  plans.filter((detail) =>
    /^SCAN (r|f|one|t\d|k|tracked_run|latest_metric|run_param|run_tag|metric_point)\b/.test(detail),
  )

const FILTERS = [
  '',
  'metrics.loss > -9',
  "metrics.loss < 9 AND params.depth != 'x' AND status = 'failed'",
  "tags.team LIKE '%'",
  "id = 'a'",
  "parent = 'p1'",
]
const ORDERS = [[], ['metrics.loss DESC'], ['metrics.epochs', 'params.depth'], ['params.model'], ['started'], ['name']]
const TUNINGS: readonly Tuning[] = [TUNING, { ...TUNING, few: 0 }, { few: 0, window: 1, windowPerRow: 0, maxWalks: 32 }]

describe('the plans of a search', () => {
  it.each(ORDERS.map((orderBy) => ({ orderBy })))(
    'enter every large table by an index, ordered by $orderBy',
    async ({ orderBy }) => {
      for (const filter of FILTERS) {
        for (const tuning of TUNINGS) {
          expect(scans(await plansOf(tuning, filter, orderBy)), filter).toEqual([])
        }
      }
    },
  )

  it('take the order from the index, up to runs that are alike in it', async () => {
    const plans = await plansOf({ ...TUNING, few: 0 }, 'metrics.epochs > -9', ['metrics.loss DESC'])
    expect(plans).toContain('USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY')
    const recent = await plansOf({ ...TUNING, few: 0 }, '', [])
    expect(recent.filter((detail) => /tracked_run_recent/.test(detail)).length).toBeGreaterThan(0)
  })
})
