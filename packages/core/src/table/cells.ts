import { RegiaError } from '../kernel/index.ts'
import type { Cell, Column, ColumnType } from './table.ts'

/** The last millisecond that a date can name, either side of 1970 (ECMAScript §21.4.1). */
const MAX_TIME_MS = 8.64e15
const TIMESTAMP = /^\d{4,6}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** One cell as a person or JSON sees it. Times become ISO text, 0 and 1 of a bool column booleans. */
export function cellAt(column: Column, row: number): Cell {
  if (column.type === 'string') return column.categories[column.codes[row]!] ?? null
  const value = column.values[row]!
  if (Number.isNaN(value)) return null
  if (column.type === 'bool') return value !== 0
  if (column.type === 'timestamp') return Math.abs(value) <= MAX_TIME_MS ? new Date(value).toISOString() : null
  return value
}

/**
 * The milliseconds of an ISO-8601 date or date and time. A time without an offset counts as UTC, as all local times in tables do.
 *
 * @returns undefined when the text is not such a time.
 * @example parseTimestamp('2001-01-31 10:05') // 980935500000
 */
export function parseTimestamp(text: string): number | undefined {
  const match = TIMESTAMP.exec(text)
  if (!match) return undefined
  const iso = text.replace(' ', 'T')
  const ms = Date.parse(iso.length > 10 && match[1] === undefined ? `${iso}Z` : iso)
  return Number.isNaN(ms) ? undefined : ms
}

/**
 * The number that a numeric column keeps for a cell; NaN for null.
 *
 * @throws RegiaError `COLUMN_TYPE` when the cell does not fit the type.
 */
export function numberOfCell(cell: Cell | undefined, type: Exclude<ColumnType, 'string'>, where: string): number {
  if (cell === null || cell === undefined) return Number.NaN
  const value = READERS[type](cell)
  if (value !== undefined) return value
  throw wrongCell(cell, type, where)
}

/** @throws RegiaError `COLUMN_TYPE` when the cell is neither text nor null. */
export function textOfCell(cell: Cell | undefined, where: string): string | null {
  if (cell === null || cell === undefined || typeof cell === 'string') return cell ?? null
  throw wrongCell(cell, 'string', where)
}

const READERS: { readonly [Type in Exclude<ColumnType, 'string'>]: (cell: Exclude<Cell, null>) => number | undefined } =
  {
    float: (cell) => (typeof cell === 'number' ? cell : undefined),
    int: (cell) => (Number.isSafeInteger(cell) ? Number(cell) : undefined),
    bool: (cell) => (typeof cell === 'boolean' || cell === 0 || cell === 1 ? Number(cell) : undefined),
    timestamp: (cell) => {
      if (typeof cell === 'string') return parseTimestamp(cell)
      return Number.isSafeInteger(cell) && Math.abs(Number(cell)) <= MAX_TIME_MS ? Number(cell) : undefined
    },
  }

const EXPECTED: { readonly [Type in ColumnType]: string } = {
  float: 'a number',
  int: 'a whole number up to 2^53',
  bool: 'true or false',
  timestamp: 'an ISO-8601 time such as "2001-01-31T10:05:00Z", or milliseconds since 1970',
  string: 'text',
}

function wrongCell(cell: Cell, type: ColumnType, where: string): RegiaError {
  return new RegiaError('COLUMN_TYPE', `Expected ${EXPECTED[type]}, got ${JSON.stringify(cell)?.slice(0, 80)}.`, {
    where,
    hint: `Send ${EXPECTED[type]}, or null.`,
  })
}
