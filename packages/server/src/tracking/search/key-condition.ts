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

const comparisons = ({ entity, clauses }: KeyCondition, alias: string): readonly Condition[] => [
  ...isComparable(entity, alias),
  ...clauses
    .filter(({ operator }) => !operator.startsWith('IS '))
    .map((clause) => compare(sql.ref(`${alias}.value`), clause)),
]

/** Whether one run is as asked: one look at its own row. For a few runs. */
export function probe(condition: KeyCondition, seq: RawBuilder<unknown>): Condition {
  const { table } = KEY_TABLES[condition.entity]
  const found = sql<boolean>`exists (select 1 from ${table} f where f.run_seq = ${seq} and f.key_id = ${condition.keyId}
    and ${allOf(condition.isAbsence ? [] : comparisons(condition, 'f'))})`
  return condition.isAbsence ? sql<boolean>`not ${found}` : found
}

/** Whether a run is among those that match, all of which are found first. For many runs. */
export function membership(
  condition: KeyCondition,
  seq: RawBuilder<unknown>,
  experiments: readonly number[],
): Condition {
  const word = sql.raw(condition.isAbsence ? 'not in' : 'in')
  return sql<boolean>`${seq} ${word} (select f.run_seq from ${matching(condition, experiments)})`
}

/** What stands behind `from`: the rows `f` of those runs that have the key and match. */
export function matching(condition: KeyCondition, experiments: readonly number[]): RawBuilder<unknown> {
  const { table, index } = KEY_TABLES[condition.entity]
  const tests = condition.isAbsence ? [] : comparisons(condition, 'f')
  return sql`${table} as f indexed by ${index}
    where ${isAmong(sql.ref('f.experiment_id'), experiments)} and f.key_id = ${condition.keyId} and ${allOf(tests)}`
}
