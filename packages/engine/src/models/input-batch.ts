import { type Cell, RegiaError, type Row, type Signature, type SignatureColumn } from '@regia/core'
import { namesHint } from '../data/index.ts'
import { createColumnWriter } from './column-writers.ts'
import type { InputBatch } from './model-session.ts'

const FIRST_CAPACITY = 64

/**
 * Prepares batches for a signature. The signature is compiled once into one writer per column; after that a row costs its values and
 * no object.
 *
 * @example
 * const batch = inputBatches(signature)()
 * batch.append([{ origin: 'JFK', distance: 300 }]) // 0
 */
export function inputBatches(signature: Signature): () => InputBatch {
  const names = new Set(signature.inputs.map(({ name }) => name))
  return () => createBatch(signature.inputs, names)
}

function createBatch(inputs: readonly SignatureColumn[], names: ReadonlySet<string>): InputBatch {
  const writers = inputs.map((input) => createColumnWriter(input, FIRST_CAPACITY))
  let rowCount = 0

  const write = (row: Row, place: number, first: number): void => {
    let present = 0
    for (let i = 0; i < writers.length; i++) {
      const input = inputs[i]!
      const cell = row[input.name]
      if (cell !== undefined) present++
      const isWritten =
        cell === undefined || cell === null ? writers[i]!.writeNull(place) : writers[i]!.write(place, cell)
      if (!isWritten) throw cellError(input, cell, place - first, row)
    }
    for (const _ in row) present--
    if (present !== 0) assertKnown(row, place - first, names)
  }

  return {
    get rowCount() {
      return rowCount
    },
    append: (rows) => {
      const first = rowCount
      for (const writer of writers) writer.reserve(first + rows.length)
      for (let i = 0; i < rows.length; i++) write(rows[i]!, first + i, first)
      rowCount += rows.length
      return first
    },
    columns: () => writers.map((writer) => writer.values(rowCount)),
    clear: () => {
      rowCount = 0
    },
  }
}

function assertKnown(row: Row, place: number, names: ReadonlySet<string>): void {
  const unknown = Object.keys(row).find((name) => !names.has(name))
  if (unknown === undefined) return
  throw new RegiaError('COLUMN_UNKNOWN', `The model has no input "${unknown}".`, {
    where: `rows[${place}].${unknown}`,
    hint: namesHint(unknown, [...names]),
    data: { column: unknown, row: place },
  })
}

function cellError(input: SignatureColumn, cell: Cell | undefined, place: number, row: Row): RegiaError {
  const details = { where: `rows[${place}].${input.name}`, data: { column: input.name, row: place } }
  if (cell === undefined) {
    return new RegiaError('COLUMN_MISSING', `Input "${input.name}" (${input.type}) is missing.`, {
      ...details,
      hint: `Send it in every row. This row has: ${Object.keys(row).slice(0, 20).join(', ') || 'nothing'}.`,
    })
  }
  if (cell === null) {
    return new RegiaError('COLUMN_TYPE', `Input "${input.name}" is null; the model was trained without nulls in it.`, {
      ...details,
      hint: `Send ${EXPECTED[input.type]}.`,
    })
  }
  return new RegiaError('COLUMN_TYPE', `Input "${input.name}" must be ${EXPECTED[input.type]}; got ${shown(cell)}.`, {
    ...details,
    hint: input.nullable
      ? 'Send null where there is no value.'
      : 'Mend the value, or leave the row out: this input may not be missing.',
  })
}

const EXPECTED: Readonly<Record<SignatureColumn['type'], string>> = {
  float: 'a finite number',
  int: 'a whole number up to 2^53',
  bool: 'true or false',
  string: 'text without the character NUL',
  timestamp: 'an ISO-8601 time such as "2001-01-31T10:05:00Z" or milliseconds since 1970',
}

/** What came, in a few words; of what may be nested without end only the kind. */
function shown(cell: unknown): string {
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell)
  if (typeof cell === 'object') return Array.isArray(cell) ? 'a list' : 'an object'
  return `${typeof cell} ${JSON.stringify(cell)?.slice(0, 80)}`
}
