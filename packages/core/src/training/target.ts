import { RegiaError } from '../kernel/index.ts'
import { type Column, getColumn, nullCount, type Table } from '../table/index.ts'

/** What a learner learns: the place of each row's class, or a value for each row. */
export type LearningTarget =
  | { readonly task: 'binary' | 'multiclass'; readonly codes: Int32Array; readonly classCount: number }
  | { readonly task: 'regression'; readonly values: Float64Array }

export type ClassTarget = Exclude<LearningTarget, { task: 'regression' }>

/** A target with the names of its classes; the positive class is the last. Empty for regression. */
export type NamedTarget = { readonly target: LearningTarget; readonly classes: readonly string[] }

export type TargetOptions = {
  readonly target: string
  /** The class that scores speak of; it becomes the last one. By default the last in order. */
  readonly positive?: string
  /** By default float columns are regressed and all others classified. */
  readonly task?: 'classification' | 'regression'
}

/** More classes than this are a mistake: a number that should be regressed, or an id. */
const MAX_CLASSES = 1000

/**
 * Reads a target column. Class labels are text: bool gives `false`, `true`; int its digits. They are sorted (numbers by size),
 * and the positive class, when named, is moved to the end, so that it is always the last.
 *
 * @throws RegiaError `COLUMN_MISSING`; `DATA_EMPTY` without rows; `INVALID_INPUT` for nulls, one class only, more than 1000 classes
 * or a positive class that does not occur.
 */
export function readTarget(table: Table, options: TargetOptions): NamedTarget {
  const column = getColumn(table, options.target)
  assertComplete(column, options.target, table.rowCount)
  const isRegression = options.task ? options.task === 'regression' : column.type === 'float'
  return isRegression ? readValues(column, options.target) : readClasses(column, options)
}

/** The target as numbers, for order by target: the value, or 1 for the last class and 0 for others. Of more than two classes the most frequent counts 1. */
export function targetNumbers(target: LearningTarget): Float64Array {
  if (target.task === 'regression') return target.values
  const counted = target.task === 'binary' ? 1 : mostFrequent(target)
  return Float64Array.from(target.codes, (code) => (code === counted ? 1 : 0))
}

/** How often each class occurs, as fractions; shape (classes,). */
export function classFractions({ codes, classCount }: ClassTarget, weights?: Float64Array): Float64Array {
  const sums = new Float64Array(classCount)
  for (let row = 0; row < codes.length; row++) sums[codes[row]!]! += weights?.[row] ?? 1
  const total = sums.reduce((sum, value) => sum + value, 0)
  return sums.map((sum) => sum / total)
}

const mostFrequent = (target: ClassTarget): number => {
  const fractions = classFractions(target)
  return fractions.indexOf(Math.max(...fractions))
}

function assertComplete(column: Column, name: string, rowCount: number): void {
  if (rowCount === 0) {
    throw new RegiaError('DATA_EMPTY', 'The training table has no rows.', { hint: 'Check the filters before the fit.' })
  }
  const nulls = nullCount(column)
  if (nulls === 0) return
  throw new RegiaError('INVALID_INPUT', `Target "${name}" is null in ${nulls} of ${rowCount} rows.`, {
    hint: 'Keep only rows with a known target before the fit, for example with filterRows.',
  })
}

function readValues(column: Column, name: string): NamedTarget {
  if (column.type === 'string') {
    throw new RegiaError('COLUMN_TYPE', `Target "${name}" holds text, which cannot be regressed.`, {
      hint: `Leave out task: 'regression', or choose a column of numbers.`,
    })
  }
  const infinite = column.values.findIndex((value) => !Number.isFinite(value))
  if (infinite < 0) return { target: { task: 'regression', values: column.values }, classes: [] }
  throw new RegiaError('INVALID_INPUT', `Target "${name}" is infinite.`, {
    where: `row ${infinite}`,
    hint: 'Remove the row or cap the value.',
  })
}

function readClasses(column: Column, { target: name, positive }: TargetOptions): NamedTarget {
  const { keys, labels } =
    column.type === 'string' ? textClasses(column) : numberClasses(column.values, column.type === 'bool')
  assertClasses(labels, name, positive)
  const classes = positive === undefined ? labels : [...labels.filter((label) => label !== positive), positive]
  const codeOf = new Map(labels.map((label, i) => [keys[i], classes.indexOf(label)]))
  const source = column.type === 'string' ? column.codes : column.values
  const codes = Int32Array.from(source, (key) => codeOf.get(key) ?? -1)
  const task = classes.length === 2 ? 'binary' : 'multiclass'
  return { target: { task, codes, classCount: classes.length }, classes }
}

type Classes = { readonly keys: readonly number[]; readonly labels: readonly string[] }

function textClasses({ codes, categories }: Extract<Column, { type: 'string' }>): Classes {
  const keys = [...new Set(codes)].sort((a, b) => (categories[a]! < categories[b]! ? -1 : 1))
  return { keys, labels: keys.map((key) => categories[key]!) }
}

function numberClasses(values: Float64Array, isBool: boolean): Classes {
  const keys = [...new Set(values)].sort((a, b) => a - b)
  return { keys, labels: keys.map((key) => (isBool ? String(key !== 0) : String(key))) }
}

function assertClasses(labels: readonly string[], name: string, positive: string | undefined): void {
  const shown = labels.slice(0, 10).join(', ')
  if (labels.length < 2) {
    throw new RegiaError('INVALID_INPUT', `Target "${name}" has one class only: ${shown}.`, {
      hint: 'Train on rows of at least two classes.',
    })
  }
  if (labels.length > MAX_CLASSES) {
    throw new RegiaError(
      'INVALID_INPUT',
      `Target "${name}" has ${labels.length} classes; at most ${MAX_CLASSES} are learned.`,
      {
        hint: `Pass task: 'regression' when it is a quantity.`,
      },
    )
  }
  if (positive === undefined || labels.includes(positive)) return
  throw new RegiaError('INVALID_INPUT', `The positive class "${positive}" does not occur in target "${name}".`, {
    hint: `Its classes are: ${shown}.`,
  })
}
