import { type RawBuilder, sql } from 'kysely'
import type { Place } from '../../database/keyset.ts'
import { KEY_TABLES, type KeyEntity } from './key-tables.ts'
import type { OrderField, RunSortKey } from './run-order.ts'

/** A stretch of an order in which an index gives the order: numbers, then NaN, then runs that lack the key. */
export type Segment = {
  /** The rows in the index's order, without the run's own. */
  readonly index: RawBuilder<unknown>
  /** Brings the run's row `r`. */
  readonly run: RawBuilder<unknown>
  readonly experiment: RawBuilder<unknown>
  readonly seq: RawBuilder<unknown>
  readonly where: readonly RawBuilder<boolean>[]
  /** Fields whose rows are still to be joined. */
  readonly joined: readonly OrderField[]
  readonly orderKeys: readonly RunSortKey[]
  /** By which the index is ordered, where that is the first key; nothing where all are alike in it. */
  readonly value: RawBuilder<unknown> | undefined
  readonly isDescending: boolean
  /** Of which key the rows are. */
  readonly source: { readonly entity: KeyEntity; readonly keyId: number } | undefined
  /** Runs that lack this key, and are found by looking at all of them. */
  readonly lacks: { readonly entity: KeyEntity; readonly keyId: number } | undefined
}

/** The segments from where a page begins; `undefined` where no index has the order. */
export function segmentsFrom(
  fields: readonly OrderField[],
  keys: readonly RunSortKey[],
  place: Place | undefined,
): readonly Segment[] | undefined {
  const [first] = fields
  if (first === undefined || first.isStart) return byStart(first, fields, keys, place)
  if (first.source === undefined) return undefined
  const all = byKey(first, first.source, fields, keys)
  return all.slice(place === undefined ? 0 : segmentOf(first, place))
}

/** In which of the segments a place lies. */
function segmentOf({ source }: OrderField, [first, ...rest]: Place): number {
  if (source?.entity === 'metric') return typeof first === 'number' ? first : 0
  return first === null || (first === undefined && rest.length === 0) ? 1 : 0
}

const RECENT = {
  index: sql`tracked_run as r indexed by tracked_run_recent`,
  run: sql``,
  experiment: sql.ref('r.experiment_id'),
  seq: sql.ref('r.seq'),
  source: undefined,
}

function byStart(
  first: OrderField | undefined,
  fields: readonly OrderField[],
  keys: readonly RunSortKey[],
  place: Place | undefined,
): readonly Segment[] {
  const isDescending = first?.isDescending ?? true
  const base = { ...RECENT, joined: fields, isDescending, lacks: undefined }
  const value = sql.ref('r.start_ms')
  const own = keys.map((key, i) => (i === 0 ? { ...key, isNullable: false } : key))
  const started = { ...base, where: [sql<boolean>`r.start_ms is not null`], orderKeys: own, value }
  const others = { ...base, where: [sql<boolean>`r.start_ms is null`], orderKeys: keys.slice(1), value: undefined }
  return place?.[0] === null ? [others] : [started, others]
}

function byKey(
  first: OrderField,
  source: NonNullable<OrderField['source']>,
  fields: readonly OrderField[],
  keys: readonly RunSortKey[],
): readonly Segment[] {
  const { entity, keyId, alias } = source
  const { table, index } = KEY_TABLES[entity]
  const isNan = sql.ref(`${alias}.is_nan`)
  const value = sql.ref(`${alias}.value`)
  const rest = keys.slice(first.keys.length)
  const base = {
    index: sql`${table} as ${sql.ref(alias)} indexed by ${index}`,
    run: sql`cross join tracked_run as r on r.seq = ${sql.ref(`${alias}.run_seq`)}`,
    experiment: sql.ref(`${alias}.experiment_id`),
    seq: sql.ref(`${alias}.run_seq`),
    joined: fields.slice(1),
    isDescending: first.isDescending,
    source,
    lacks: undefined,
  }
  const ofKey = sql<boolean>`${sql.ref(`${alias}.key_id`)} = ${keyId}`
  const valueKey = { value, isDescending: first.isDescending, isNullable: false }
  const orderKeys = [valueKey, ...rest]
  const absent: Segment = {
    ...{ ...RECENT, joined: fields, isDescending: true, where: [], orderKeys: rest, value: undefined },
    lacks: { entity, keyId },
  }
  if (entity !== 'metric') return [{ ...base, where: [ofKey], orderKeys, value }, absent]
  return [
    { ...base, where: [ofKey, sql<boolean>`${isNan} = 0`], orderKeys, value },
    { ...base, where: [ofKey, sql<boolean>`${isNan} = 1`], orderKeys: rest, value: undefined },
    absent,
  ]
}
