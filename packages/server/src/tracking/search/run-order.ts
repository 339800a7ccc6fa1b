import type { FilterGrammar, OrderTerm } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import type { SortKey } from '../../database/keyset.ts'
import { KEY_TABLES, type KeyEntity } from './key-tables.ts'
import { attributeValue } from './run-attributes.ts'

/** A key by which runs are ordered; one that is missing comes last. */
export type RunSortKey = SortKey & {
  /** Whether the order of the column itself does not put what is missing last. */
  readonly isNullable: boolean
}

/** One field of an order. Its rows of a metric, param or tag are called `t0`, `t1` …, after its place. */
export type OrderField = {
  readonly keys: readonly RunSortKey[]
  /** Of a metric, param or tag. */
  readonly source: { readonly entity: KeyEntity; readonly keyId: number; readonly alias: string } | undefined
  readonly isStart: boolean
  readonly isDescending: boolean
}

/** What comes at the end of every order, and tells any two runs apart. */
const START: RunSortKey = { value: sql.ref('r.start_ms'), isDescending: true, isNullable: false }
const ID: RunSortKey = { value: sql.ref('r.id'), isDescending: true, isNullable: false }

/** Keys that no run has give no order. */
export function orderFields(
  terms: readonly OrderTerm[],
  keyIds: ReadonlyMap<string, number>,
  grammar: FilterGrammar,
): readonly OrderField[] {
  return terms.flatMap(({ entity, key, isDescending }, i) => {
    if (entity === 'attribute') return [attributeField(key, isDescending, grammar)]
    const keyId = keyIds.get(key)
    return keyId === undefined ? [] : [keyField({ entity, keyId, alias: `t${i}` }, isDescending)]
  })
}

function attributeField(key: string, isDescending: boolean, grammar: FilterGrammar): OrderField {
  // In SQLite nothing is less than any number: it comes last of itself where the order descends.
  const sortKey = { value: attributeValue(key, grammar), isDescending, isNullable: !isDescending }
  return { keys: [sortKey], source: undefined, isStart: key === 'started', isDescending }
}

function keyField(source: NonNullable<OrderField['source']>, isDescending: boolean): OrderField {
  const value = { value: sql.ref(`${source.alias}.value`), isDescending, isNullable: !isDescending }
  // Numbers, then NaN, then runs without the metric: whatever the direction.
  const rank = { value: sql`ifnull(${sql.ref(`${source.alias}.is_nan`)}, 2)`, isDescending: false, isNullable: false }
  const keys = source.entity === 'metric' ? [rank, { ...value, isNullable: false }] : [value]
  return { keys, source, isStart: false, isDescending }
}

export function sortKeys(fields: readonly OrderField[]): readonly RunSortKey[] {
  const own = fields.flatMap(({ keys }) => keys)
  return fields.some(({ isStart }) => isStart) ? [...own, ID] : [...own, START, ID]
}

export const orderBy = (keys: readonly RunSortKey[]): RawBuilder<unknown> =>
  sql.join(
    keys.map(({ value, isDescending, isNullable }) => {
      const direction = sql.raw(isDescending ? 'desc' : 'asc')
      return isNullable ? sql`${value} is null, ${value} ${direction}` : sql`${value} ${direction}`
    }),
  )

/** The same order of rows that have their keys as columns `key_0` … */
export const orderByColumns = (keys: readonly RunSortKey[]): RawBuilder<unknown> =>
  orderBy(keys.map((key, i) => ({ ...key, value: sql.ref(`key_${i}`) })))

/** Brings the rows of the fields to `r`; a run without one stays. */
export const joins = (fields: readonly OrderField[]): RawBuilder<unknown> =>
  sql.join(
    fields.flatMap(({ source }) => {
      if (source === undefined) return []
      const { table } = KEY_TABLES[source.entity]
      const alias = sql.ref(source.alias)
      return [
        sql`left join ${table} as ${alias} on ${sql.ref(`${source.alias}.run_seq`)} = r.seq and ${sql.ref(`${source.alias}.key_id`)} = ${source.keyId}`,
      ]
    }),
    sql` `,
  )
