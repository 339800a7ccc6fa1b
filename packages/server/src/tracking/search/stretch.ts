import { type RawBuilder, sql } from 'kysely'
import { allOf } from '../../database/compare.ts'
import { type Bounds, boundsOf, narrowed, withinBounds } from './bounds.ts'
import { comparisons, type KeyCondition, membership, probe } from './key-condition.ts'
import { KEY_TABLES } from './key-tables.ts'
import { orderByColumns } from './run-order.ts'
import type { Segment } from './segments.ts'
import { type FoundRow, type Selection, selectRows } from './select-runs.ts'

type Condition = RawBuilder<boolean>

export type Stretch = {
  /** The value with which it ends; all of it where absent. */
  readonly until: number | string | undefined
  /** Conditions whose runs are all found first; for the others each run is looked at. */
  readonly members: ReadonlySet<KeyCondition>
}

/** Each experiment has its own part of the index: the parts are put together in the end. */
export function selectStretch(selection: Selection, segment: Segment, stretch: Stretch): RawBuilder<FoundRow> {
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
  { until, members }: Stretch,
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
      members.has(condition) ? membership(condition, segment.seq, [experiment]) : probe(condition, segment.seq),
    ),
    ...scope.lifecycle,
    ...scope.rowConditions,
    reader.guard(segment.seq),
  ]
  const { joined, orderKeys } = segment
  return selectRows(selection, { from: sql`${segment.index} ${segment.run}`, joined, where, orderKeys, limit })
}

/** The value at which so many rows of an experiment's part have gone by; no row where the index ends sooner. */
export function selectEnd(
  selection: Selection,
  segment: Segment,
  experiment: number,
  size: number,
): RawBuilder<{ readonly value: number | string }> {
  const { value = sql`null`, index, isDescending } = segment
  return sql`select ${value} as value from ${index} where ${inPart(selection, segment, experiment)}
    order by ${value} ${sql.raw(isDescending ? 'desc' : 'asc')} limit 1 offset ${size}`
}

/** The first runs of an experiment's part, whether they match or not. */
export function selectFirst(
  selection: Selection,
  segment: Segment,
  experiment: number,
  size: number,
): RawBuilder<unknown> {
  const { value = sql`null`, index, seq, isDescending } = segment
  return sql`select ${seq} as seq from ${index} where ${inPart(selection, segment, experiment)}
    order by ${value} ${sql.raw(isDescending ? 'desc' : 'asc')} limit ${size}`
}

const inPart = (selection: Selection, segment: Segment, experiment: number): Condition =>
  allOf([...ofExperiment(segment, experiment), ...indexRange(selection, segment, undefined)])

/** The filter's condition on the very key that the index is of. */
export const sameKey = ({ scope }: Selection, { source }: Segment): KeyCondition | undefined =>
  scope.keyConditions.find(
    ({ entity, keyId, isAbsence }) => entity === source?.entity && keyId === source.keyId && !isAbsence,
  )

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
