import {
  type ColumnType,
  type DecodeOptions,
  isNullAt,
  MODEL_OUTPUTS,
  type ModelPackage,
  type ProgramSignature,
  RegiaError,
  type Signature,
  type SignatureColumn,
  type Table,
  takeRows,
} from '@regia/core'
import { packModel } from '../model-package.ts'
import type { LoadedGraph } from '../onnx-graph.ts'
import { describeReference, exampleOf } from '../package-contents.ts'
import { type ForeignGraph, type ForeignTensor, readForeignGraph } from './foreign-graph.ts'
import { loadForRows } from './load-for-rows.ts'
import { withNamesInGraph } from './names-in-graph.ts'
import { assignColumns } from './wrap-graph.ts'

export type PackageForeignOptions = {
  readonly signature: ProgramSignature
  /** Rows with the raw columns: they tell types, give the example, and are what later rows are compared with. */
  readonly reference: Table
  /** Whether later rows are compared with the reference; a few rows for an example alone say nothing of how inputs are distributed. */
  readonly isExampleOnly?: boolean
  /** Whether the rows are no data, but were made up for want of an example. */
  readonly isExampleMadeUp?: boolean
  /** Whether the graph's own names of its tensors are kept, for clients that knew the model elsewhere. */
  readonly keepsNames?: boolean
}

export type PackageOnnxOptions = PackageForeignOptions & {
  /** The bytes of the ONNX file that another tool wrote. */
  readonly onnx: Uint8Array
} & DecodeOptions

const MAX_PARITY_ERROR = 1e-3
/**
 * Trees jump where 32 bits round a number to the other side of a threshold, so a few rows of a sound graph may be far off. What is wired
 * wrongly is off nearly everywhere.
 */
const MAX_OFF_FRACTION = 0.1

/**
 * Makes a model package of an ONNX file that another tool wrote: raw columns in front, a signature, an example, a reference profile.
 *
 * @returns The bytes of the package.
 * @throws RegiaError `MODEL_INVALID` when graph, signature and rows do not go together or `expected` is not what the graph says;
 *   `COLUMN_MISSING` naming the column that the reference lacks; `DATA_EMPTY` without rows.
 * @example await packageOnnx({ onnx, signature: programSignatureSchema.parse({ target: 'late' }), reference: rows })
 */
export async function packageOnnx({ onnx, readExternal, ...options }: PackageOnnxOptions): Promise<Uint8Array> {
  return packageForeign(readForeignGraph(onnx, { readExternal }), options)
}

/** {@link packageOnnx} of a graph that was read already. */
export async function packageForeign(foreign: ForeignGraph, options: PackageForeignOptions): Promise<Uint8Array> {
  const { signature: given, reference, isExampleOnly = false, isExampleMadeUp = false, keepsNames = false } = options
  if (reference.rowCount === 0) {
    throw new RegiaError('DATA_EMPTY', 'A model cannot be packaged without rows: it has no example and no reference.', {
      hint: 'Name a table with rows as "reference" in the signature.',
    })
  }
  const output = chooseOutput(foreign, given)
  const complete = completeSignature(foreign, given, reference, output)
  const signature = keepsNames ? withNamesInGraph(foreign, complete, output) : complete
  const { graph, loaded, notes, rowsAtOnce } = await loadForRows({ foreign, signature, output, reference })
  try {
    await assertProbabilities(loaded, reference, signature)
    const manifest = {
      signature,
      example: { ...(await exampleOf(loaded, reference, signature)), ...(isExampleMadeUp && { isMadeUp: true }) },
      ...(notes.length > 0 && { notes: [...notes] }),
      ...(rowsAtOnce !== undefined && { rowsAtOnce }),
      parity: await parityOf(loaded, reference, given.expected ?? []),
      metrics: given.metrics,
      ...(given.trainedOn && { trainedOn: given.trainedOn }),
      learner: given.learner ?? { name: foreign.model.producerName || 'onnx', params: {} },
      featureImportance: given.featureImportance,
    }
    if (isExampleOnly) return packModel({ manifest, graph })
    return packModel({ manifest, graph, referenceProfile: await describeReference(loaded, reference, signature) })
  } finally {
    await loaded.release()
  }
}

function chooseOutput({ outputs }: ForeignGraph, { output }: ProgramSignature): ForeignTensor {
  const named = outputs.filter(({ name }) => name === output)
  const probable = outputs.filter(({ name }) => /prob/i.test(name))
  const [found, another] = output !== undefined ? named : probable.length === 1 ? probable : outputs
  if (found && !another) return found
  const names = outputs.map(({ name }) => name).join(', ') || 'none'
  throw invalid(
    output === undefined
      ? `it does not tell which output to take: it gives the floats ${names}`
      : `it gives no floats named "${output}", but ${names}`,
    'Say "output" in the signature. A classifier must give probabilities, not only labels.',
  )
}

function completeSignature(
  foreign: ForeignGraph,
  given: ProgramSignature,
  reference: Table,
  output: ForeignTensor,
): Signature {
  const inputs = columnsOf(foreign, given, reference)
  const classes = given.task === 'regression' ? undefined : classesOf(foreign, given, output)
  if (!classes) return { inputs, task: 'regression', target: given.target }
  const task = given.task ?? (classes.length === 2 ? 'binary' : 'multiclass')
  if (task !== 'binary') return { inputs, task, target: given.target, classes }
  const positive = given.positive ?? classes[classes.length - 1]!
  if (classes.includes(positive)) return { inputs, task, target: given.target, classes, positive }
  throw invalid(`"${positive}" is none of its classes ${classes.join(', ')}`, 'Say one of them as "positive".')
}

/** Labels in a graph say that it classifies; without them only its author can. */
function classesOf(
  foreign: ForeignGraph,
  { classes, task }: ProgramSignature,
  output: ForeignTensor,
): string[] | undefined {
  const found = classes ?? foreign.classes
  if (found) return [...found]
  if (task === undefined && !/prob/i.test(output.name)) return undefined
  throw invalid(
    'it does not hold the names of its classes',
    'Say "classes" in the signature, in the order of the probabilities.',
  )
}

function columnsOf(foreign: ForeignGraph, { columns, target }: ProgramSignature, reference: Table): SignatureColumn[] {
  const named = columns?.map((column) => (typeof column === 'string' ? { name: column } : column))
  const rest = Object.keys(reference.columns).filter((name) => name !== target)
  const byName = foreign.inputs.every(({ name }) => rest.includes(name)) ? foreign.inputs : undefined
  const chosen = named ?? (byName ?? rest.map((name) => ({ name }))).map(({ name }) => ({ name }))
  const inputs = chosen.map((column) => describeColumn(column, reference))
  assignColumns(foreign.inputs, inputs)
  return inputs
}

type GivenColumn = {
  readonly name: string
  readonly type?: ColumnType | undefined
  readonly nullable?: boolean | undefined
  readonly description?: string | undefined
}

function describeColumn({ name, type, nullable, description }: GivenColumn, reference: Table): SignatureColumn {
  const column = reference.columns[name]
  if (!column) {
    throw new RegiaError('COLUMN_MISSING', `The reference has no column "${name}", which the model takes.`, {
      where: name,
      hint: `It has: ${Object.keys(reference.columns).join(', ').slice(0, 300)}.`,
    })
  }
  if (Object.values<string>(MODEL_OUTPUTS).includes(name))
    throw invalid(`a column is named "${name}", like an output`, 'Rename it.')
  const hasNull = () => Array.from({ length: reference.rowCount }, (_, row) => row).some((row) => isNullAt(column, row))
  return {
    name,
    type: type ?? column.type,
    nullable: nullable ?? hasNull(),
    ...(description !== undefined && { description }),
  }
}

async function parityOf(
  loaded: LoadedGraph,
  reference: Table,
  expected: readonly number[],
): Promise<ModelPackage['parity']> {
  if (expected.length === 0) return { maxError: 0, rowCount: 0 }
  if (expected.length > reference.rowCount) {
    throw invalid(
      `"expected" has ${expected.length} scores, the reference ${reference.rowCount} rows`,
      'Give one for each of its first rows.',
    )
  }
  const { scores } = await loaded.runTable(firstRows(reference, expected.length))
  // A NaN of the graph is as wrong as can be; it must not vanish in a comparison.
  const errorOf = (value: number, row: number) => Math.abs(value - scores[row]!)
  const errors = expected.map((value, row) => (Number.isNaN(scores[row]!) ? Number.MAX_VALUE : errorOf(value, row)))
  // Values of a regression may be large, and 32 bits hold seven digits of them.
  const isOff = (error: number, row: number) => error > MAX_PARITY_ERROR * Math.max(1, Math.abs(expected[row]!))
  const offCount = errors.filter(isOff).length
  if (offCount > MAX_OFF_FRACTION * errors.length) {
    const row = errors.findIndex(isOff)
    throw notTheSame(offCount, errors.length, row, expected[row]!, scores[row]!)
  }
  return { maxError: errors.reduce((largest, error) => Math.max(largest, error), 0), rowCount: errors.length }
}

const notTheSame = (offCount: number, count: number, row: number, expected: number, got: number): RegiaError =>
  invalid(
    `in ${offCount} of ${count} rows the graph says something else than the training code; in row ${row} it says ${got}, which should be ${expected}`,
    'Look at the order of the columns, at the positive class, and at what the conversion leaves out.',
  )

/** A graph may say nothing of its width, so its answer is counted; and distances or margins look like probabilities until they are read. */
async function assertProbabilities(loaded: LoadedGraph, reference: Table, { classes }: Signature): Promise<void> {
  if (!classes) return
  const rows = firstRows(reference, Math.min(reference.rowCount, PROBED_ROWS))
  const { probabilities = new Float32Array() } = await loaded.runTable(rows)
  const width = probabilities.length / rows.rowCount
  if (width !== classes.length) {
    throw invalid(
      `it gives ${width} probabilities a row for the ${classes.length} classes ${classes.join(', ')}`,
      'Say the names of its classes, and its output with probabilities.',
    )
  }
  const odd = Array.from({ length: rows.rowCount }, (_, row) =>
    probabilities.subarray(row * width, (row + 1) * width),
  ).find(
    (row) => row.some((value) => !(value >= -ROUNDING && value <= 1 + ROUNDING)) || Math.abs(sum(row) - 1) > ROUNDING,
  )
  if (!odd) return
  throw invalid(
    `what it gives for the classes ${classes.join(', ')} are no probabilities: ${[...odd].map((value) => Number(value.toPrecision(4))).join(', ')}`,
    'Convert a model that gives probabilities, such as one with probability=True or a calibrated one.',
  )
}

const PROBED_ROWS = 5
const ROUNDING = 1e-3

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0)

const firstRows = (table: Table, count: number): Table =>
  takeRows(
    table,
    Int32Array.from({ length: count }, (_, row) => row),
  )

const invalid = (fault: string, hint: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `The ONNX file cannot be packaged: ${fault}.`, { hint })
