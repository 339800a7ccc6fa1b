import { type Cell, type ColumnType, fromRows, RegiaError, type Row, type Table } from '@regia/core'

/**
 * A table of rows as JavaScript has them; each column's type is told by its values.
 *
 * @throws RegiaError `STEP_OUTPUT_INVALID` for rows that tell no columns, or a column with values of several types.
 */
export function tableOfRows(rows: readonly Row[], where: string): Table {
  const types = new Map<string, ColumnType>()
  for (const row of rows) {
    for (const [name, cell] of Object.entries(row)) addType(types, name, cell, where)
  }
  if (types.size > 0) return fromRows(rows, Object.fromEntries(types))
  throw new RegiaError('STEP_OUTPUT_INVALID', 'A table of no rows does not tell its columns.', {
    where,
    hint: 'Return a Table with typed columns: makeTable({ id: intColumn([]) }).',
  })
}

function addType(types: Map<string, ColumnType>, name: string, cell: Cell | undefined, where: string): void {
  if (cell === null || cell === undefined) {
    // A column of nothing but nulls holds no text and no number; text is what every reader takes.
    return
  }
  const type = typeOf(cell)
  const known = types.get(name)
  if (known === undefined || (known === 'int' && type === 'float')) types.set(name, type ?? 'string')
  else if (type === undefined || (known !== type && !(known === 'float' && type === 'int'))) {
    throw new RegiaError('STEP_OUTPUT_INVALID', `Column "${name}" holds ${known} and ${type ?? typeof cell}.`, {
      where,
      hint: 'Give all values of a column one type, or null.',
    })
  }
}

function typeOf(cell: Exclude<Cell, null>): ColumnType | undefined {
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? 'int' : 'float'
  if (typeof cell === 'boolean') return 'bool'
  return typeof cell === 'string' ? 'string' : undefined
}
