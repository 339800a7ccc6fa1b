import type { Found, RunRecord, RunSearch, RunSearchQuery, TrackingFields } from '@regia/core'
import { sql } from 'kysely'
import { allOf } from '../../database/compare.ts'
import { decodeCursor, encodeCursor, placeOf } from '../../database/keyset.ts'
import type { Reader } from '../../database/reader.ts'
import { findDriver } from './driver.ts'
import { listFields } from './fields.ts'
import { membership, probe } from './key-condition.ts'
import { KeyNumbers } from './key-numbers.ts'
import { isAmong } from './key-tables.ts'
import { loadRuns } from './load-runs.ts'
import { type CountQuery, readQuery } from './read-query.ts'
import { orderFields, sortKeys } from './run-order.ts'
import { findExperiments, findScope, type Scope } from './scope.ts'
import { segmentsFrom } from './segments.ts'
import { drivenBy, type FoundRow, SEQ, type Selection, selectAll, selectDriven } from './select-runs.ts'
import { TUNING, type Tuning } from './tuning.ts'
import { findWindow, walk } from './walk.ts'

/** Runs, filtered, ordered and paged by the database. */
export class RunSearchService implements RunSearch {
  readonly #reader: Reader
  readonly #numbers: KeyNumbers
  readonly #tuning: Tuning

  constructor(reader: Reader, tuning: Tuning = TUNING) {
    this.#reader = reader
    this.#numbers = new KeyNumbers(reader)
    this.#tuning = tuning
  }

  async search(query: RunSearchQuery): Promise<Found<RunRecord>> {
    const read = readQuery(query)
    const place = query.cursor === undefined ? undefined : decodeCursor(read.identity, query.cursor)
    const scope = await findScope(this.#reader, this.#numbers, read, query.experimentIds)
    if (scope === undefined) return { items: [] }
    const fields = orderFields(read.terms, scope.keys, read.grammar)
    const keys = sortKeys(fields)
    const rows = await find({
      reader: this.#reader,
      tuning: this.#tuning,
      scope,
      fields,
      keys,
      place,
      limit: query.limit + 1,
    })
    const page = rows.slice(0, query.limit)
    const items = await loadRuns(
      this.#reader,
      page.map(({ seq }) => seq),
      query.select,
    )
    const last = page.at(-1)
    if (rows.length <= query.limit || last === undefined) return { items }
    return { items, nextCursor: encodeCursor(read.identity, placeOf(last, keys)) }
  }

  async count(query: CountQuery): Promise<number> {
    const scope = await findScope(this.#reader, this.#numbers, readQuery(query), query.experimentIds)
    return scope === undefined ? 0 : this.#countRuns(scope)
  }

  async fields(experimentIds: readonly string[] | undefined, prefix: string | undefined): Promise<TrackingFields> {
    return listFields(this.#reader, await findExperiments(this.#reader, experimentIds), prefix)
  }

  async #countRuns(scope: Scope): Promise<number> {
    const reader = this.#reader
    const driver = scope.isPinned ? undefined : await findDriver(reader, scope, this.#tuning.few, 'indexed')
    const { from, where } = driver === undefined ? everyRun(reader, scope) : drivenBy(scope, driver)
    const [row] = await reader.read(sql<{ total: number }>`select count(*) as total from ${from} where ${allOf(where)}`)
    return row?.total ?? 0
  }
}

/** Each experiment has its part in one statement, whose length has a limit. */
const MAX_PARTS = 1_000

function canWalk({ scope, fields, tuning }: Selection): boolean {
  const parts = 1 + scope.keyConditions.length + scope.rowConditions.length + fields.length
  return scope.experiments.length <= tuning.maxWalks && scope.experiments.length * parts <= MAX_PARTS
}

/** The way that looks at the fewest rows; each finds the same. */
async function find(selection: Selection): Promise<readonly FoundRow[]> {
  const { reader, tuning, scope, fields, keys, place } = selection
  if (scope.isPinned) return reader.read(selectAll(selection, 'probe'))
  const segments = canWalk(selection) ? segmentsFrom(fields, keys, place) : undefined
  // Both are quick, and asked for at once: it is the way to the thread that takes time.
  const [driver, window] = await Promise.all([
    findDriver(reader, scope, tuning.few, 'indexed'),
    segments?.[0] && findWindow(selection, segments[0]),
  ])
  if (driver !== undefined) return reader.read(selectDriven(selection, driver))
  if (segments !== undefined) return walk(selection, segments, window)
  const other = await findDriver(reader, scope, tuning.few, 'others')
  return reader.read(other === undefined ? selectAll(selection, 'membership') : selectDriven(selection, other))
}

const everyRun = (reader: Reader, scope: Scope) => ({
  from: sql`tracked_run as r`,
  where: [
    isAmong(sql.ref('r.experiment_id'), scope.experiments),
    ...scope.lifecycle,
    ...scope.rowConditions,
    ...scope.keyConditions.map((condition) =>
      scope.isPinned ? probe(condition, SEQ) : membership(condition, SEQ, scope.experiments),
    ),
    reader.guard(SEQ),
  ],
})
