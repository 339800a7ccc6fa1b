import type { FilterClause, FilterOperator } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { allOf, compare } from '../../database/compare.ts'
import { isAmong, isComparable, KEY_TABLES, type KeyEntity } from './key-tables.ts'

type Condition = RawBuilder<boolean>

/** All that a filter asks of one metric, param or tag. */
export type KeyCondition = {
  readonly entity: KeyEntity
  /** The number of the key. */
  readonly keyId: number
  readonly clauses: readonly FilterClause[]
  /** Runs without the key are asked for. */
  readonly isAbsence: boolean
  /** Whether the index by value leads to those that match. */
  readonly hasIndex: boolean
}

const INDEXED: readonly FilterOperator[] = ['=', '>', '>=', '<', '<=']

export const keyCondition = (entity: KeyEntity, keyId: number, clauses: readonly FilterClause[]): KeyCondition => ({
  entity,
  keyId,
  clauses,
  isAbsence: clauses.some(({ operator }) => operator === 'IS NULL'),
  hasIndex: clauses.some(({ operator }) => INDEXED.includes(operator)),
})

/** What a row that has the key must hold; `value` is the column, written so that an index is used or is not. */
export const comparisons = (
  { entity, clauses }: KeyCondition,
  alias: string,
  value: RawBuilder<unknown> = sql.ref(`${alias}.value`),
): readonly Condition[] => [
  ...isComparable(entity, alias),
  ...clauses.filter(({ operator }) => !operator.startsWith('IS ')).map((clause) => compare(value, clause)),
]

/** Whether one run is as asked: one look at its own row. For a few runs. */
export function probe(condition: KeyCondition, seq: RawBuilder<unknown>): Condition {
  const { table } = KEY_TABLES[condition.entity]
  const found = sql<boolean>`exists (select 1 from ${table} as one where one.run_seq = ${seq} and one.key_id = ${condition.keyId}
    and ${allOf(condition.isAbsence ? [] : comparisons(condition, 'one'))})`
  return condition.isAbsence ? sql<boolean>`not ${found}` : found
}

/** Whether a run is among those that match, all of which are found first. For many runs. */
export function membership(
  condition: KeyCondition,
  seq: RawBuilder<unknown>,
  experiments: readonly number[],
): Condition {
  const { from, where } = matching(condition, experiments)
  const word = sql.raw(condition.isAbsence ? 'not in' : 'in')
  return sql<boolean>`${seq} ${word} (select f.run_seq from ${from} where ${allOf(where)})`
}

/** The rows `f` of those runs that have the key and match, by the index. */
export function matching(
  condition: KeyCondition,
  experiments: readonly number[],
): { readonly from: RawBuilder<unknown>; readonly where: readonly Condition[] } {
  const { table, index } = KEY_TABLES[condition.entity]
  return {
    from: sql`${table} as f indexed by ${index}`,
    where: [
      isAmong(sql.ref('f.experiment_id'), experiments),
      sql<boolean>`f.key_id = ${condition.keyId}`,
      ...(condition.isAbsence ? [] : comparisons(condition, 'f')),
    ],
  }
}
