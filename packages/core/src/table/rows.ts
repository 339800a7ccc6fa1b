import { cellAt, numberOfCell, textOfCell } from './cells.ts'
import { floatColumn, makeTable, stringColumn } from './columns.ts'
import type { Cell, Column, ColumnType, Row, Table } from './table.ts'

/**
 * A table of rows such as JSON brings them. A key that a row lacks is null; keys that `types` does not name are left out.
 *
 * @param types - The columns to make, in order.
 * @throws RegiaError `COLUMN_TYPE` naming the row and column of the first cell that does not fit.
 * @example fromRows([{ at: '2001-01-31T10:05:00Z', miles: 300 }], { at: 'timestamp', miles: 'int' })
 */
export function fromRows(rows: readonly Row[], types: { readonly [name: string]: ColumnType }): Table {
  const columns: { [name: string]: Column } = {}
  for (const [name, type] of Object.entries(types)) columns[name] = columnOf(rows, name, type)
  return Object.keys(columns).length === 0 ? { rowCount: rows.length, columns } : makeTable(columns)
}

/** The rows of a table, for people and JSON: ISO text for times, null where absent. */
export function toRows(table: Table): Row[] {
  const columns = Object.entries(table.columns)
  return Array.from({ length: table.rowCount }, (_, row) => {
    const cells: { [column: string]: Cell } = {}
    for (const [name, column] of columns) cells[name] = cellAt(column, row)
    return cells
  })
}

function columnOf(rows: readonly Row[], name: string, type: ColumnType): Column {
  const where = (row: number) => `row ${row}, column "${name}"`
  if (type === 'string') return stringColumn(rows.map((cells, row) => textOfCell(cells[name], where(row))))
  const { values } = floatColumn(rows.map((cells, row) => numberOfCell(cells[name], type, where(row))))
  return { type, values }
}
