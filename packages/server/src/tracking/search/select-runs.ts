import { type RawBuilder, sql } from 'kysely'
import { allOf } from '../../database/compare.ts'
import { isAfter, keyColumns, type Place } from '../../database/keyset.ts'
import type { Reader } from '../../database/reader.ts'
import { type KeyCondition, matching, membership, probe } from './key-condition.ts'
import { isAmong } from './key-tables.ts'
import { joins, type OrderField, orderBy, type RunSortKey } from './run-order.ts'
import type { Scope } from './scope.ts'
import type { Tuning } from './tuning.ts'

type Condition = RawBuilder<boolean>

/** A run that was found, with the keys by which it is ordered as `key_0` … */
export type FoundRow = { readonly seq: number } & Readonly<Record<string, unknown>>

/** What a page asks of the runs of a scope. */
export type Selection = {
  readonly reader: Reader
  readonly scope: Scope
  readonly tuning: Tuning
  readonly fields: readonly OrderField[]
  readonly keys: readonly RunSortKey[]
  /** After which the page begins. */
  readonly place: Place | undefined
  readonly limit: number
}

export const SEQ = sql.ref('r.seq')

/** One query for runs, from whatever has a row `r`. */
export function selectRows(
  { keys, place }: Pick<Selection, 'keys' | 'place'>,
  parts: {
    readonly from: RawBuilder<unknown>
    readonly joined: readonly OrderField[]
    readonly where: readonly Condition[]
    readonly orderKeys: readonly RunSortKey[]
    readonly limit: number
  },
): RawBuilder<FoundRow> {
  const after = place === undefined ? [] : [isAfter(keys, place)]
  return sql<FoundRow>`select r.seq as seq, ${keyColumns(keys)} from ${parts.from} ${joins(parts.joined)}
    where ${allOf([...parts.where, ...after])} order by ${orderBy(parts.orderKeys)} limit ${parts.limit}`
}

/** Looks at every run of the scope: for few runs, or for an order that no index has. */
export function selectAll(selection: Selection, how: 'probe' | 'membership'): RawBuilder<FoundRow> {
  const { scope, fields, keys, limit, reader } = selection
  const where = [
    isAmong(sql.ref('r.experiment_id'), scope.experiments),
    ...scope.lifecycle,
    ...scope.rowConditions,
    ...scope.keyConditions.map((condition) =>
      how === 'probe' ? probe(condition, SEQ) : membership(condition, SEQ, scope.experiments),
    ),
    reader.guard(SEQ),
  ]
  return selectRows(selection, { from: sql`tracked_run as r`, joined: fields, where, orderKeys: keys, limit })
}

/** Goes from the few rows that meet one condition. */
export function selectDriven(selection: Selection, driver: KeyCondition): RawBuilder<FoundRow> {
  const { scope, fields, keys, limit } = selection
  const { from, where } = drivenBy(scope, driver)
  return selectRows(selection, { from, joined: fields, where, orderKeys: keys, limit })
}

export function drivenBy(scope: Scope, driver: KeyCondition) {
  const { from, where } = matching(driver, scope.experiments)
  const others = scope.keyConditions.filter((condition) => condition !== driver)
  return {
    from: sql`${from} cross join tracked_run as r on r.seq = f.run_seq`,
    where: [
      ...where,
      ...others.map((condition) => probe(condition, sql.ref('f.run_seq'))),
      ...scope.lifecycle,
      ...scope.rowConditions,
    ],
  }
}
