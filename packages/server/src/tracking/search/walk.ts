import { type RawBuilder, sql } from 'kysely'
import { allOf } from '../../database/compare.ts'
import { type Bounds, boundsOf, narrowed, withinBounds } from './bounds.ts'
import { findDriver } from './driver.ts'
import { comparisons, type KeyCondition, membership, probe } from './key-condition.ts'
import { KEY_TABLES } from './key-tables.ts'
import { orderByColumns } from './run-order.ts'
import type { Segment } from './segments.ts'
import { type FoundRow, type Selection, selectAll, selectDriven, selectRows } from './select-runs.ts'

type Condition = RawBuilder<boolean>

/** Pages longer than this need too wide a window. */
const MAX_WINDOW_LIMIT = 5_000

/**
 * Goes along the index that has the order, and ends when the page is full. With a filter it looks at a stretch of the index first: where many
 * runs match that is enough. Else those that match are found first, and then put in order by the index.
 */
export async function walk(selection: Selection, segments: readonly Segment[]): Promise<readonly FoundRow[]> {
  const rows: FoundRow[] = []
  for (const [i, segment] of segments.entries()) {
    // Only the segment in which the page begins has a place to begin at.
    const place = i === 0 ? selection.place : undefined
    const rest = { ...selection, place, limit: selection.limit - rows.length }
    if (isExcluded(rest, segment)) continue
    const near = await walkWindow(rest, segment)
    if (near === undefined && isFiltered(rest, segment)) {
      const otherWay = await readAnotherWay(selection, segment)
      if (otherWay !== undefined) return otherWay
    }
    rows.push(...(near ?? (await selection.reader.read(walkAll(rest, segment)))))
    if (rows.length >= selection.limit) break
  }
  return rows
}

const sameKey = ({ scope }: Selection, { source }: Segment): KeyCondition | undefined =>
  scope.keyConditions.find(
    ({ entity, keyId, isAbsence }) => entity === source?.entity && keyId === source.keyId && !isAbsence,
  )

/** Whether the filter asks for a value of the very key that the runs of the segment lack. */
const isExcluded = ({ scope }: Selection, { lacks }: Segment): boolean =>
  scope.keyConditions.some(
    ({ entity, keyId, isAbsence }) => entity === lacks?.entity && keyId === lacks.keyId && !isAbsence,
  )

/** Whether the filter asks for more than the index knows. */
const isFiltered = (selection: Selection, segment: Segment): boolean => {
  const own = sameKey(selection, segment)
  const { rowConditions, keyConditions } = selection.scope
  return rowConditions.length > 0 || keyConditions.some((condition) => condition !== own)
}

/** All rows of the page, where the walk would look at many for nothing; `undefined` where it is the best way. */
async function readAnotherWay(selection: Selection, { source }: Segment): Promise<readonly FoundRow[] | undefined> {
  const { reader, scope, tuning } = selection
  const driver = await findDriver(reader, scope, tuning.few, 'others')
  if (driver !== undefined) return reader.read(selectDriven(selection, driver))
  // The index of a key knows nothing of the runs' own rows, which lie in another order.
  if (source === undefined || scope.rowConditions.length === 0) return undefined
  return reader.read(selectAll(selection, 'membership'))
}

/** `undefined` where the stretch does not fill the page and is not all there is. */
async function walkWindow(selection: Selection, segment: Segment): Promise<readonly FoundRow[] | undefined> {
  const { scope, limit, reader, tuning } = selection
  if (segment.value === undefined || limit > MAX_WINDOW_LIMIT || !isFiltered(selection, segment)) return undefined
  const size = Math.max(tuning.window, tuning.windowPerRow * limit)
  const ends = await reader.readAll(scope.experiments.map((one) => windowEnd(selection, segment, one, size)))
  const found = ends.flatMap(([row]) => (row === undefined ? [] : [row.value]))
  const until = nearest(found, segment.isDescending)
  const rows = await reader.read(walkOver(selection, segment, { until, how: 'probe' }))
  return rows.length >= limit || until === undefined ? rows : undefined
}

const walkAll = (selection: Selection, segment: Segment): RawBuilder<FoundRow> =>
  walkOver(selection, segment, { until: undefined, how: 'membership' })

/** The end that comes first of those of several experiments: up to there nothing is left out. */
function nearest(values: readonly (number | string)[], isDescending: boolean): number | string | undefined {
  const inOrder = [...values].sort((a, b) => compareCells(a, b))
  return isDescending ? inOrder.at(-1) : inOrder[0]
}

/** As SQLite compares: texts by their bytes in UTF-8. */
function compareCells(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}

/** The value at the end of a stretch of the index; no row where the index ends sooner. */
function windowEnd(
  selection: Selection,
  segment: Segment,
  experiment: number,
  size: number,
): RawBuilder<{ readonly value: number | string }> {
  const { value = sql`null`, index, isDescending } = segment
  const where = [...ofExperiment(segment, experiment), ...indexRange(selection, segment, undefined)]
  return sql`select ${value} as value from ${index} where ${allOf(where)} and ${value} is not null
    order by ${value} ${sql.raw(isDescending ? 'desc' : 'asc')} limit 1 offset ${size}`
}

type Stretch = { readonly until: number | string | undefined; readonly how: 'probe' | 'membership' }

/** Each experiment has its own part of the index: the parts are put together in the end. */
function walkOver(selection: Selection, segment: Segment, stretch: Stretch): RawBuilder<FoundRow> {
  const { scope, keys, limit } = selection
  const parts = scope.experiments.map((experiment) => walkExperiment(selection, segment, stretch, experiment))
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const all = sql.join(
    parts.map((part) => sql`select * from (${part})`),
    sql` union all `,
  )
  return sql<FoundRow>`select * from (${all}) order by ${orderByColumns(keys)} limit ${limit}`
}

function walkExperiment(
  selection: Selection,
  segment: Segment,
  { until, how }: Stretch,
  experiment: number,
): RawBuilder<FoundRow> {
  const { scope, limit, reader } = selection
  const own = sameKey(selection, segment)
  const others = scope.keyConditions.filter((condition) => condition !== own)
  const where = [
    ...ofExperiment(segment, experiment),
    ...lacking(segment, experiment),
    ...indexRange(selection, segment, until),
    ...others.map((condition) =>
      how === 'probe' ? probe(condition, segment.seq) : membership(condition, segment.seq, [experiment]),
    ),
    ...scope.lifecycle,
    ...scope.rowConditions,
    reader.guard(segment.seq),
  ]
  const { joined, orderKeys } = segment
  return selectRows(selection, { from: sql`${segment.index} ${segment.run}`, joined, where, orderKeys, limit })
}

const ofExperiment = ({ experiment, where }: Segment, id: number): readonly Condition[] => [
  sql<boolean>`${experiment} = ${id}`,
  ...where,
]

function lacking({ lacks, seq }: Segment, experiment: number): readonly Condition[] {
  if (lacks === undefined) return []
  const { table, index } = KEY_TABLES[lacks.entity]
  return [
    sql<boolean>`${seq} not in (select f.run_seq from ${table} as f indexed by ${index}
      where f.experiment_id = ${experiment} and f.key_id = ${lacks.keyId})`,
  ]
}

/** What is known of the index's own value: bounds that the index finds, and what the filter asks of it besides. */
function indexRange(selection: Selection, segment: Segment, until: number | string | undefined): readonly Condition[] {
  const { value } = segment
  const own = sameKey(selection, segment)
  const alias = selection.fields[0]?.source?.alias
  // The plus keeps the index to the bounds, which are the narrowest.
  const tests =
    own === undefined || alias === undefined ? [] : comparisons(own, alias, sql`+${sql.ref(`${alias}.value`)}`)
  if (value === undefined) return tests
  const equal = own?.clauses.find(({ operator, value: text }) => operator === '=' && typeof text === 'string')
  if (equal !== undefined) return [...tests, sql<boolean>`${value} = ${equal.value}`]
  return [...tests, ...withinBounds(value, boundsFor(selection, segment, own, until))]
}

function boundsFor(
  { place, fields }: Selection,
  { isDescending, value }: Segment,
  own: KeyCondition | undefined,
  until: number | string | undefined,
): Bounds {
  const filter = boundsOf(own?.clauses ?? [])
  if (value === undefined) return filter
  // A metric's first key is whether it is a number.
  const from = place?.[fields[0]?.source?.entity === 'metric' ? 1 : 0] ?? undefined
  return narrowed(filter, isDescending, from, until)
}
