import { type RawBuilder, sql } from 'kysely'

export type Cell = string | number | null

/**
 * Many rows as one parameter, to stand behind `from`: the statement is the same however many they are, so it stays compiled. What SQLite alone
 * can do stands here: JSON as a table, and infinities, which JSON has no word for, as a number too great for a double.
 *
 * @param columns - What the cells of a row are called.
 * @example sql`insert into tracking_key (name) select name from ${bulkRows(['name'], [['loss']])}`
 */
export function bulkRows(columns: readonly string[], rows: readonly (readonly Cell[])[]): RawBuilder<unknown> {
  const cells = columns.map((column, i) => `value ->> ${i} as "${column}"`).join(', ')
  return sql`(select ${sql.raw(cells)} from json_each(${encodeRows(rows)}) where true)`
}

function encodeRows(rows: readonly (readonly Cell[])[]): string {
  return `[${rows.map((row) => `[${row.map(encodeCell).join(',')}]`).join(',')}]`
}

function encodeCell(cell: Cell): string {
  if (typeof cell !== 'number' || Number.isFinite(cell)) return JSON.stringify(cell)
  return cell > 0 ? '9e999' : '-9e999'
}
