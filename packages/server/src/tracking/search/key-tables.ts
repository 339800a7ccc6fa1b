import { type RawBuilder, sql } from 'kysely'

/** Kinds of what a run has by a key, each in a table of its own. */
export type KeyEntity = 'metric' | 'param' | 'tag'

export type KeyTable = {
  readonly table: RawBuilder<unknown>
  /** By experiment, key and value. */
  readonly index: RawBuilder<unknown>
}

const tableOf = (name: string): KeyTable => ({ table: sql.table(name), index: sql.id(`${name}_value`) })

export const KEY_TABLES: Readonly<Record<KeyEntity, KeyTable>> = {
  metric: tableOf('latest_metric'),
  param: tableOf('run_param'),
  tag: tableOf('run_tag'),
}

/** Whether the number is one: nothing can be compared with a NaN. Says nothing of texts. */
export const isComparable = (entity: KeyEntity, alias: string): readonly RawBuilder<boolean>[] =>
  entity === 'metric' ? [sql<boolean>`${sql.ref(`${alias}.is_nan`)} = 0`] : []

export const isAmong = (column: RawBuilder<unknown>, ids: readonly number[]): RawBuilder<boolean> =>
  sql<boolean>`${column} in (select value from json_each(${JSON.stringify(ids)}))`
