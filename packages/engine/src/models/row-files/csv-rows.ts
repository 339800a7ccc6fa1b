import { type Cell, RegiaError, type Row, type Signature, type SignatureColumn } from '@regia/core'
import { type CsvRecord, readCsv } from './read-csv.ts'

export type CsvRowsOptions = {
  /** Columns that the model has no input for are left out instead of refused. */
  readonly ignoresOthers?: boolean
  readonly maxRows: number
}

/**
 * The rows of a CSV file with a header, by a model's signature. An empty cell is a missing value; outside of text so are `NaN`, `NA` and `null`.
 *
 * @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`, `INVALID_INPUT`, naming row and column.
 * @example csvRows(Buffer.from('miles,place\n100,JFK\n'), signature, { maxRows: 10 }) // [{ miles: 100, place: 'JFK' }]
 */
export function csvRows(bytes: Uint8Array, signature: Signature, options: CsvRowsOptions): readonly Row[] {
  const [header, ...records] = readCsv(bytes)
  if (!header || records.length === 0) throw noRows(signature)
  if (records.length > options.maxRows) throw tooMany(records.length, options.maxRows)
  const toRow = csvRowReader(header, signature, options)
  return records.map((record, i) => toRow(record, i + 1))
}

/**
 * Makes rows of records, one by one, where a file is read in pieces.
 *
 * @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `INVALID_INPUT` for a header that does not fit; what it returns, for a record.
 */
export function csvRowReader(
  header: CsvRecord,
  signature: Signature,
  options: Pick<CsvRowsOptions, 'ignoresOthers'> = {},
): (record: CsvRecord, number: number) => Row {
  const columns = columnsOf(header, signature, options)
  return (record, number) => rowOf(record, number, header, columns)
}

type Columns = readonly (SignatureColumn | undefined)[]

function columnsOf(
  { cells }: CsvRecord,
  { inputs }: Signature,
  { ignoresOthers }: Pick<CsvRowsOptions, 'ignoresOthers'>,
): Columns {
  const byName = new Map(inputs.map((column) => [column.name, column]))
  const twice = cells.find((name, i) => cells.indexOf(name) !== i)
  if (twice !== undefined) {
    throw new RegiaError('INVALID_INPUT', `The header names "${twice.slice(0, 100)}" twice.`, { where: 'line 1' })
  }
  const unknown = ignoresOthers ? undefined : cells.find((name) => !byName.has(name))
  if (unknown !== undefined) {
    throw new RegiaError('COLUMN_UNKNOWN', `The model has no input "${unknown.slice(0, 100)}".`, {
      where: `line 1, column ${cells.indexOf(unknown) + 1}`,
      hint: `It has: ${namesOf(inputs)}.`,
    })
  }
  const missing = inputs.find(({ name, nullable }) => !nullable && !cells.includes(name))
  if (missing) {
    throw new RegiaError('COLUMN_MISSING', `Input "${missing.name}" (${missing.type}) is missing.`, {
      where: 'line 1',
      hint: `Name it in the header. The model takes: ${namesOf(inputs)}.`,
    })
  }
  return cells.map((name) => byName.get(name))
}

function rowOf({ cells, line }: CsvRecord, number: number, header: CsvRecord, columns: Columns): Row {
  if (cells.length !== columns.length) {
    throw new RegiaError(
      'INVALID_INPUT',
      `Row ${number} has ${cells.length} cells; the header has ${columns.length}: ${header.cells.slice(0, 10).join(', ')}.`,
      { where: `row ${number} (line ${line})`, hint: 'Put text with commas into quotes.' },
    )
  }
  const row: Record<string, Cell> = {}
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]
    if (!column) continue
    const cell = cellOf(cells[i]!, column)
    if (cell === undefined) throw wrongCell(cells[i]!, column, number, line)
    row[column.name] = cell
  }
  return row
}

const MISSING = /^(?:nan|na|n\/a|null|none)?$/i
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** `undefined` where the text is no cell of the column. */
function cellOf(text: string, column: SignatureColumn): Cell | undefined {
  if (column.type === 'string') return text === '' && column.nullable ? null : text
  const trimmed = text.trim()
  if (MISSING.test(trimmed)) return column.nullable ? null : undefined
  return READERS[column.type](trimmed)
}

const READERS: Readonly<Record<Exclude<SignatureColumn['type'], 'string'>, (text: string) => Cell | undefined>> = {
  float: (text) => (NUMBER.test(text) ? finite(Number(text)) : undefined),
  // Tables of Python write whole numbers with gaps among them as 3.0.
  int: (text) => (NUMBER.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
  bool: (text) => (/^(?:true|1|1\.0)$/i.test(text) ? true : /^(?:false|0|0\.0)$/i.test(text) ? false : undefined),
  timestamp: (text) => (/^-?\d+$/.test(text) && text.length > 8 ? finite(Number(text)) : text),
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

const EXPECTED: Readonly<Record<SignatureColumn['type'], string>> = {
  float: 'a number',
  int: 'a whole number up to 2^53',
  bool: 'true or false',
  string: 'text',
  timestamp: 'an ISO-8601 time',
}

function wrongCell(text: string, { name, type, nullable }: SignatureColumn, row: number, line: number): RegiaError {
  const got = text === '' ? 'empty' : JSON.stringify(text.slice(0, 80))
  return new RegiaError('COLUMN_TYPE', `Column "${name}" of row ${row} is ${got}; it must be ${EXPECTED[type]}.`, {
    where: `row ${row} (line ${line}), column "${name}"`,
    hint: nullable
      ? 'Leave the cell empty where there is no value.'
      : 'Mend the value, or leave the row out: this column may not be empty.',
    data: { row, column: name },
  })
}

const noRows = ({ inputs }: Signature): RegiaError =>
  new RegiaError('INVALID_INPUT', 'The CSV has no rows.', {
    where: 'body',
    hint: `Send a header and at least one row. The model takes: ${namesOf(inputs)}.`,
  })

const tooMany = (rows: number, maxRows: number): RegiaError =>
  new RegiaError('INVALID_INPUT', `There are ${rows} rows; a request takes 1 to ${maxRows}.`, {
    where: 'body',
    hint: 'Send large tables in several requests, or score them with "regia score".',
  })

const namesOf = (inputs: readonly SignatureColumn[]): string =>
  inputs
    .slice(0, 20)
    .map(({ name }) => name)
    .join(', ')
