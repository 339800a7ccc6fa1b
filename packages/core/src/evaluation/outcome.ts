import { RegiaError } from '../kernel/index.ts'
import { type Column, getColumn, getNumericColumn, isNullAt, type Table } from '../table/index.ts'

/** What a model gave for the rows of a table: for a classifier `probabilities`, shape (rows × classes) row by row; for a regression `values`, shape (rows,). */
export type ModelOutput =
  | { readonly probabilities: Float64Array | Float32Array }
  | { readonly values: Float64Array | Float32Array }

/** Truth and prediction of a classifier, side by side. Rows without a label are left out. */
export type ClassificationOutcome = {
  readonly task: 'classification'
  readonly rowCount: number
  readonly classes: readonly string[]
  /** Index of the class that is asked about: scores, precision and recall are of it. Absent means the average over all classes. */
  readonly positive: number | undefined
  /** Class index per row; −1 for a class that the model does not know. */
  readonly actual: Int32Array
  /** Most probable class per row. */
  readonly predicted: Int32Array
  /** Shape (rows × classes), row by row. */
  readonly probabilities: Float64Array
}

export type RegressionOutcome = {
  readonly task: 'regression'
  readonly rowCount: number
  readonly actual: Float64Array
  readonly predicted: Float64Array
}

export type Outcome = ClassificationOutcome | RegressionOutcome

export type OutcomeOptions = {
  readonly target: string
  /** The model's classes, in the order of its probabilities; absent for a regression. */
  readonly classes?: readonly string[] | undefined
  readonly positive?: string | undefined
}

/**
 * Pairs a model's output with the truth in `table`.
 *
 * @param output - For every row of the table, in order.
 * @throws RegiaError `COLUMN_MISSING` without the target; `DATA_EMPTY` when no row has a label; `INVALID_INPUT` when the output has another shape or the positive class is unknown.
 */
export function outcomeOf(table: Table, output: ModelOutput, options: OutcomeOptions): Outcome {
  const column = getColumn(table, options.target)
  const rows = labelledRows(column, table.rowCount)
  if (rows.length === 0) {
    throw new RegiaError(
      'DATA_EMPTY',
      `No row has a value in the target "${options.target}", so there is nothing to evaluate.`,
      {
        where: options.target,
        hint: `The table has ${table.rowCount} rows; wait for labels or choose another table.`,
      },
    )
  }
  if ('values' in output) return regressionOutcome(table, output.values, options.target, rows)
  return classificationOutcome(column, output.probabilities, options, rows, table.rowCount)
}

function regressionOutcome(
  table: Table,
  values: Float64Array | Float32Array,
  target: string,
  rows: Int32Array,
): RegressionOutcome {
  assertLength(values.length, table.rowCount)
  const truth = getNumericColumn(table, target).values
  return {
    task: 'regression',
    rowCount: rows.length,
    actual: Float64Array.from(rows, (row) => truth[row]!),
    predicted: Float64Array.from(rows, (row) => values[row]!),
  }
}

function classificationOutcome(
  column: Column,
  probabilities: Float64Array | Float32Array,
  { classes = [], positive }: OutcomeOptions,
  rows: Int32Array,
  rowCount: number,
): ClassificationOutcome {
  assertLength(probabilities.length, rowCount * classes.length)
  const indexOf = new Map(classes.map((name, i) => [name, i]))
  const width = classes.length
  const kept = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) kept.set(probabilities.subarray(row * width, (row + 1) * width), i * width)
  const whole: ClassificationOutcome = {
    task: 'classification',
    rowCount: rows.length,
    classes,
    positive: undefined,
    actual: Int32Array.from(rows, (row) => indexOf.get(classNameAt(column, row)) ?? -1),
    predicted: mostProbable(kept, width),
    probabilities: kept,
  }
  const asked = positive ?? (width === 2 ? classes[1] : undefined)
  return asked === undefined ? whole : withPositive(whole, asked)
}

/** The same outcome, asked about one class. @throws RegiaError `INVALID_INPUT` when the model does not know the class. */
export function withPositive(outcome: ClassificationOutcome, className: string): ClassificationOutcome {
  const positive = outcome.classes.indexOf(className)
  if (positive >= 0) return { ...outcome, positive }
  throw new RegiaError('INVALID_INPUT', `The model has no class "${className}".`, {
    where: 'class',
    hint: `Its classes are: ${outcome.classes.join(', ')}.`,
  })
}

/** The name under which a cell of a target column stands among a model's classes: text as it is, numbers as JavaScript prints them, `true` and `false`. */
export function classNameAt(column: Column, row: number): string {
  if (column.type === 'string') return column.categories[column.codes[row]!] ?? ''
  const value = column.values[row]!
  return column.type === 'bool' ? String(value === 1) : String(value)
}

/**
 * Some rows of an outcome, as an outcome of their own: a slice, or a resample (a row may come several times).
 *
 * @param rows - Row numbers of the outcome, shape (k,), each in [0, rowCount).
 */
export function selectRows<O extends Outcome>(outcome: O, rows: Int32Array): O
export function selectRows(outcome: Outcome, rows: Int32Array): Outcome {
  if (outcome.task === 'regression') {
    const { actual, predicted } = outcome
    return {
      ...outcome,
      rowCount: rows.length,
      actual: Float64Array.from(rows, (row) => actual[row]!),
      predicted: Float64Array.from(rows, (row) => predicted[row]!),
    }
  }
  const width = outcome.classes.length
  const probabilities = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) {
    probabilities.set(outcome.probabilities.subarray(row * width, (row + 1) * width), i * width)
  }
  return {
    ...outcome,
    rowCount: rows.length,
    probabilities,
    actual: Int32Array.from(rows, (row) => outcome.actual[row]!),
    predicted: Int32Array.from(rows, (row) => outcome.predicted[row]!),
  }
}

/** The rows that have a label, ascending. */
export function labelledRows(column: Column, rowCount: number): Int32Array {
  return Int32Array.from({ length: rowCount }, (_, row) => row).filter((row) => !isNullAt(column, row))
}

/** Probability of one class per row, shape (rows,). */
export function scoresOf(outcome: ClassificationOutcome, classIndex: number): Float64Array {
  const width = outcome.classes.length
  return Float64Array.from({ length: outcome.rowCount }, (_, row) => outcome.probabilities[row * width + classIndex]!)
}

/** 1 where the row is of the class, else 0. */
export const labelsOf = (outcome: ClassificationOutcome, classIndex: number): Uint8Array =>
  Uint8Array.from(outcome.actual, (actual) => (actual === classIndex ? 1 : 0))

/** Index of the largest probability of each row; the first of equals. */
export function mostProbable(probabilities: Float64Array, width: number): Int32Array {
  const best = new Int32Array(width === 0 ? 0 : probabilities.length / width)
  for (let row = 0; row < best.length; row++) {
    let winner = 0
    for (let k = 1; k < width; k++) {
      if (probabilities[row * width + k]! > probabilities[row * width + winner]!) winner = k
    }
    best[row] = winner
  }
  return best
}

function assertLength(got: number, expected: number): void {
  if (got === expected) return
  throw new RegiaError('INVALID_INPUT', `The model gave ${got} numbers where ${expected} were expected.`, {
    where: 'output',
    hint: 'Give one value (or one probability per class) for every row of the table.',
  })
}
