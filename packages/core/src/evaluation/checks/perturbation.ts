import { type Rng, shuffled } from '../../kernel/index.ts'
import { momentsOf, sampleVariance } from '../../statistics/index.ts'
import { type Column, getColumn, type Table, takeRows, withColumn } from '../../table/index.ts'
import type { EvaluatedModel, Evaluation } from '../evaluation.ts'
import { mostProbable } from '../outcome.ts'

/** Perturbing more rows than this costs calls of the model and changes no verdict. */
const MAX_ROWS = 2_000

/** A model's answers to a table, as checks compare them: one score per row and the class it decides for. */
export type Answers = { readonly scores: Float64Array; readonly classes: Int32Array | undefined }

/** At most 2000 test rows drawn at random. */
export function sampleRows({ test, rng }: Evaluation): Table {
  if (test.rowCount <= MAX_ROWS) return test
  const rows = shuffled(
    Array.from({ length: test.rowCount }, (_, row) => row),
    rng.fork('sample'),
  )
  return takeRows(test, rows.slice(0, MAX_ROWS))
}

/** Scores of the positive class (the last one where none is named), or a regression's values. */
export async function answersOf(model: EvaluatedModel, table: Table): Promise<Answers> {
  const output = await model.predict(table)
  if ('values' in output) return { scores: Float64Array.from(output.values), classes: undefined }
  const width = model.classes?.length ?? 1
  const positive = model.positive === undefined ? width - 1 : (model.classes ?? []).indexOf(model.positive)
  const probabilities = Float64Array.from(output.probabilities)
  return {
    scores: Float64Array.from({ length: table.rowCount }, (_, row) => probabilities[row * width + positive]!),
    classes: mostProbable(probabilities, width),
  }
}

/** Deals a column's values out anew among the rows. */
export function withShuffledColumn(table: Table, name: string, rng: Rng): Table {
  const order = shuffled(
    Array.from({ length: table.rowCount }, (_, row) => row),
    rng,
  )
  return withColumn(table, name, getColumn(takeRows(table, order), name))
}

/** Adds to a numeric column; whole numbers stay whole. `amountAt` is in the column's standard deviations. */
export function withShiftedColumn(table: Table, name: string, amountAt: (row: number) => number): Table {
  const column = getColumn(table, name)
  if (column.type === 'string') return table
  const deviation = Math.sqrt(sampleVariance(momentsOf(column.values)))
  const step = Number.isFinite(deviation) ? deviation : 0
  const values = column.values.map((value, row) => {
    const moved = value + amountAt(row) * step
    return column.type === 'float' ? moved : Math.round(moved)
  })
  return withColumn(table, name, { type: column.type, values })
}

/** Whether noise and shifts mean anything for a column. */
export const isQuantity = (column: Column): boolean => column.type === 'float' || column.type === 'int'
