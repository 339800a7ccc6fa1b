import type { FilterClause } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'

type Condition = RawBuilder<boolean>

/** What a clause asks of a value. `LIKE` tells small from capital letters, `ILIKE` does not (of the letters a to z). */
export function compare(
  operand: RawBuilder<unknown>,
  { operator, value }: Omit<FilterClause, 'entity' | 'key' | 'from' | 'until'>,
): Condition {
  switch (operator) {
    case 'IN':
    case 'NOT IN': {
      const list = typeof value === 'object' ? value : [value]
      // One parameter, however long the list: statements have a limit of them.
      return sql<boolean>`${operand} ${sql.raw(operator)} (select value from json_each(${JSON.stringify(list)}))`
    }
    case 'LIKE':
      return sql<boolean>`${operand} glob ${globOf(String(value))}`
    case 'ILIKE':
      return sql<boolean>`${operand} like ${String(value)}`
    case 'IS NULL':
    case 'IS NOT NULL':
      return sql<boolean>`${operand} ${sql.raw(operator)}`
    default:
      return sql<boolean>`${operand} ${sql.raw(operator)} ${value}`
  }
}

/** SQLite's `like` knows no capital letters, its `glob` does. */
const globOf = (pattern: string): string =>
  pattern
    .replace(/[*?[]/g, (letter) => `[${letter}]`)
    .replace(/%/g, '*')
    .replace(/_/g, '?')

export const allOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(conditions, sql` and `)})`

export const anyOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(conditions, sql` or `)})`
