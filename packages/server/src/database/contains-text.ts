import { type RawBuilder, sql } from 'kysely'

/** Whether a column holds a text, whatever the case; `%` and `_` in the search are ordinary letters. */
export function containsText(column: string, search: string): RawBuilder<boolean> {
  const pattern = `%${search.toLowerCase().replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`
}
