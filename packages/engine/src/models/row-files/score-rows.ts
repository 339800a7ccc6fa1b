import { type Cell, RegiaError, type Row, type Signature } from '@regia/core'
import { scoreNames } from '../batch/gather-scores.ts'
import type { Predictions } from '../model-session.ts'
import { csvRowReader } from './csv-rows.ts'
import { type CsvRecord, csvRecords } from './read-csv.ts'
import { recordCutter } from './whole-records.ts'
import { csvLine } from './write-csv.ts'

export const ROW_FORMATS = ['csv', 'jsonl'] as const
export type RowFormat = (typeof ROW_FORMATS)[number]

/** The format that the ending of a file's name tells. */
export function rowFormatOf(name: string): RowFormat | undefined {
  if (/\.csv$/i.test(name)) return 'csv'
  return /\.(jsonl|ndjson)$/i.test(name) ? 'jsonl' : undefined
}

export type ScoreRowsOptions = {
  /** The file's bytes, in pieces of any size. */
  readonly bytes: AsyncIterable<Uint8Array>
  readonly format: RowFormat
  readonly signature: Signature
  readonly predict: (rows: readonly Row[]) => Promise<Predictions>
  /** Rows that are asked at once: what is held in memory. */
  readonly batchRows?: number
}

export type ScoredText = {
  readonly text: string
  /** Rows scored so far, those in `text` included. */
  readonly rowCount: number
}

/** A row, and how it stands in the result with what was predicted for it. */
type ReadRow = { readonly row: Row; readonly write: (added: readonly (string | number)[]) => string }

const BATCH_ROWS = 2_000
const MAX_RECORD_CHARS = 4_000_000

/**
 * Scores a file row by row in bounded memory: every row as it came, with `prediction`; of a classifier also `score` and
 * `probability_CLASS`. Columns that the model has no input for are kept and not asked. Equal files give equal texts.
 *
 * @throws RegiaError `COLUMN_MISSING`, `COLUMN_TYPE`, `INVALID_INPUT`, `DATA_UNREADABLE`, `DATA_EMPTY` naming row and column.
 */
export async function* scoreRows(options: ScoreRowsOptions): AsyncGenerator<ScoredText> {
  const { format, signature, batchRows = BATCH_ROWS } = options
  const reader = format === 'csv' ? csvReader(signature) : jsonReader(signature)
  let rowCount = 0
  let header = reader.header
  for await (const text of decoded(options.bytes)) {
    const rows = text === undefined ? reader.end() : reader.push(text)
    for (let from = 0; from < rows.length; from += batchRows) {
      const part = rows.slice(from, from + batchRows)
      const scored = await score(part, options, rowCount)
      rowCount += part.length
      yield { text: header() + scored, rowCount }
      header = () => ''
    }
  }
  if (rowCount === 0) throw noRows(signature)
}

/** The file's text in pieces, then `undefined`. */
async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode()
    } catch (cause) {
      throw new RegiaError('DATA_UNREADABLE', 'The file is not UTF-8.', { cause, hint: 'Save it as UTF-8.' })
    }
  }
  for await (const piece of bytes) yield decode(piece)
  yield decode()
  yield undefined
}

async function score(rows: readonly ReadRow[], { signature, predict }: ScoreRowsOptions, before: number) {
  const predictions = await predict(rows.map(({ row }) => row)).catch((error: unknown) => {
    throw inFile(error, before)
  })
  const added = addedValues(signature, predictions)
  return rows.map(({ write }, i) => write(added(i))).join('')
}

/** The error of a batch, with the row's place in the file: it counts from 0 in its batch. */
function inFile(error: unknown, before: number): unknown {
  if (!(error instanceof RegiaError) || error.where === undefined) return error
  const where = error.where.replace(/^rows\[(\d+)\]\./, (_, row: string) => `row ${before + Number(row) + 1}, column `)
  return new RegiaError(error.code, error.message, { where, ...(error.hint !== undefined && { hint: error.hint }) })
}

function addedValues({ classes, task }: Signature, predictions: Predictions) {
  const { scores, probabilities, classes: places } = predictions
  if (task === 'regression' || !classes) return (row: number) => [scores[row]!]
  const width = classes.length
  return (row: number) => [
    classes[places![row]!]!,
    scores[row]!,
    ...(probabilities?.subarray(row * width, (row + 1) * width) ?? []),
  ]
}

type Reader = {
  readonly header: () => string
  readonly push: (text: string) => readonly ReadRow[]
  readonly end: () => readonly ReadRow[]
}

function csvReader(signature: Signature): Reader {
  const cutter = recordCutter(true, MAX_RECORD_CHARS)
  const names = scoreNames(signature)
  let header: CsvRecord | undefined
  let toRow: ((record: CsvRecord, number: number) => Row) | undefined
  let count = 0
  const read = ({ text, firstLine }: { readonly text: string; readonly firstLine: number }): readonly ReadRow[] => {
    const records = csvRecords(text, firstLine)
    const rows = header ? records : records.slice(1)
    header ??= records[0]
    if (!header) return []
    const convert = toRow ?? csvRowReader(header, signature, { ignoresOthers: true })
    toRow = convert
    return rows.map((record) => ({
      row: convert(record, ++count),
      write: (added) => csvLine([...record.cells, ...added]),
    }))
  }
  return {
    header: () => csvLine([...(header?.cells ?? []), ...names]),
    push: (text) => read(cutter.push(text)),
    end: () => read(cutter.end()),
  }
}

function jsonReader(signature: Signature): Reader {
  const cutter = recordCutter(false, MAX_RECORD_CHARS)
  const names = scoreNames(signature)
  const inputs = signature.inputs.map(({ name }) => name)
  const read = ({ text, firstLine }: { readonly text: string; readonly firstLine: number }): readonly ReadRow[] =>
    text.split('\n').flatMap((line, i) => {
      if (line.trim() === '') return []
      const object = parseLine(line, firstLine + i)
      // Whatever stands there: the batch checks each cell against its column.
      const cells = inputs.flatMap((name) =>
        Object.hasOwn(object, name) ? [[name, object[name] as Cell] as const] : [],
      )
      return {
        row: Object.fromEntries(cells),
        write: (added) =>
          `${JSON.stringify({ ...object, ...Object.fromEntries(names.map((name, k) => [name, added[k]])) })}\n`,
      }
    })
  return { header: () => '', push: (text) => read(cutter.push(text)), end: () => read(cutter.end()) }
}

function parseLine(line: string, number: number): Readonly<Record<string, unknown>> {
  const where = `line ${number}`
  const hint = 'Each line is one JSON object with the inputs of the model.'
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new RegiaError('DATA_UNREADABLE', `Line ${number} is not JSON.`, { cause, where, hint })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new RegiaError('DATA_UNREADABLE', `Line ${number} is no JSON object.`, { where, hint })
}

const noRows = ({ inputs }: Signature): RegiaError =>
  new RegiaError('DATA_EMPTY', 'The file has no rows.', {
    hint: `The model takes: ${inputs
      .map(({ name }) => name)
      .slice(0, 20)
      .join(', ')}.`,
  })
