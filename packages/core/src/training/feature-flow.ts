import { RegiaError } from '../kernel/index.ts'
import { type InputColumn, inputElementType } from '../onnx/index.ts'
import { type Column, getColumn, nullCount, type Table } from '../table/index.ts'
import { type FeatureMatrix, makeMatrix } from './feature-matrix.ts'
import type { LearningTarget } from './target.ts'
import type { FittedTransform, Transform } from './transforms/transform.ts'

/**
 * Runs transforms one after another over columns of any kind (of a table, of a graph). A transform reads a column that one before it
 * made, else the raw column, and what it reads of those made before is replaced by what it makes.
 *
 * @returns The columns that are left at the end, in order: the features.
 * @throws RegiaError `INVALID_INPUT` when two transforms make the same column.
 */
export function flowColumns<Item, Step extends { readonly inputs: readonly string[] }>(
  steps: readonly Step[],
  rawColumn: (name: string) => Item,
  run: (step: Step, inputs: readonly Item[]) => ReadonlyMap<string, Item>,
): Map<string, Item> {
  const made = new Map<string, Item>()
  for (const step of steps) {
    const inputs = step.inputs.map((name) => made.get(name) ?? rawColumn(name))
    const outputs = run(step, inputs)
    for (const name of step.inputs) made.delete(name)
    for (const [name, item] of outputs) {
      if (made.has(name)) throw madeTwice(name)
      made.set(name, item)
    }
  }
  return made
}

export type FittedFeatures = {
  readonly transforms: readonly FittedTransform[]
  readonly inputColumns: readonly InputColumn[]
  readonly matrix: FeatureMatrix
}

/** Fits transforms on a table, each on what those before it made. */
export function fitFeatures(transforms: readonly Transform[], table: Table, target: LearningTarget): FittedFeatures {
  const inputs = new Map<string, InputColumn>()
  const fitted: FittedTransform[] = []
  const rawColumn = (name: string): Column => {
    const column = getColumn(table, name)
    inputs.set(name, { name, type: column.type, nullable: nullCount(column) > 0 })
    return column
  }
  const columns = flowColumns(transforms, rawColumn, (transform, read) => {
    const source = tableOf(transform.inputs, read, table.rowCount)
    const step = transform.fit(source, target)
    fitted.push(step)
    return applyTo(step, source)
  })
  return { transforms: fitted, inputColumns: [...inputs.values()], matrix: toFeatureMatrix(columns) }
}

/** The features of a table. @throws RegiaError `COLUMN_MISSING` or `COLUMN_TYPE` naming the column. */
export function applyFeatures(
  transforms: readonly FittedTransform[],
  inputColumns: readonly InputColumn[],
  table: Table,
): FeatureMatrix {
  const typeOf = new Map(inputColumns.map((input) => [input.name, input]))
  const rawColumn = (name: string): Column => asTrained(getColumn(table, name), typeOf.get(name))
  const columns = flowColumns(transforms, rawColumn, (step, read) =>
    applyTo(step, tableOf(step.inputs, read, table.rowCount)),
  )
  return { ...toFeatureMatrix(columns), rowCount: table.rowCount }
}

/** A column read as the type that training saw, as the graph's input would be. */
function asTrained(column: Column, input: InputColumn | undefined): Column {
  if (!input || column.type === input.type) return column
  if (column.type === 'string' || input.type === 'string') {
    throw new RegiaError(
      'COLUMN_TYPE',
      `Column "${input.name}" holds ${column.type}; the model was trained on ${input.type}.`,
      {
        hint: `Send ${inputElementType(input) === 'string' ? 'text' : 'numbers'}.`,
        data: { column: input.name },
      },
    )
  }
  return { type: input.type, values: column.values }
}

const tableOf = (names: readonly string[], columns: readonly Column[], rowCount: number): Table => ({
  rowCount,
  columns: Object.fromEntries(names.map((name, i) => [name, columns[i]!])),
})

function applyTo(step: FittedTransform, source: Table): Map<string, Column> {
  const columns = step.apply(source)
  return new Map(step.outputs.map((name, i) => [name, columns[i]!]))
}

function toFeatureMatrix(columns: ReadonlyMap<string, Column>): FeatureMatrix {
  const numbers = [...columns].map(([name, column]) => {
    if (column.type !== 'string') return Float32Array.from(column.values)
    throw new RegiaError('COLUMN_TYPE', `Feature "${name}" is text; learners take numbers.`, {
      hint: `Add oneHot(['${name}']) or ordinal(['${name}']) to the transforms.`,
      data: { column: name },
    })
  })
  return makeMatrix([...columns.keys()], numbers)
}

const madeTwice = (name: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `Two transforms make the feature "${name}".`, {
    hint: 'Remove one of them, or let the second read what the first made.',
  })
