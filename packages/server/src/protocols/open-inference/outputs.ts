import { isUndecidedRow, type Signature, UNDECIDED } from '@regia/core'
import type { Predictions } from '@regia/engine'

/** Rows `from` to `from + count` of what a model answered, with their ids in the prediction log. */
export type InferAnswer = {
  readonly served: { readonly version: number; readonly signature: Signature }
  readonly predictions: Predictions
  readonly from: number
  readonly count: number
  readonly ids: readonly string[]
  /** By row, where a release had several versions answer. */
  readonly versions?: readonly number[]
  /** Below this probability of the most probable class the label is "undecided". */
  readonly abstainBelow?: number
  /** What answered in place of the version, and why. */
  readonly servedBy?: string
  readonly degraded?: string
}

/** The parameters of a reply that something answered in place of the version; none otherwise. */
export function standInParameters({ servedBy, degraded }: InferAnswer): Readonly<Record<string, string>> {
  if (servedBy === undefined) return {}
  return { served_by: servedBy, ...(degraded !== undefined && { degraded }) }
}

/** An output of a model: numbers or texts, one row after the other. */
export type Output = {
  readonly name: string
  /** Columns of an output of two dimensions; absent for one of one. */
  readonly columns: number | undefined
} & (
  | { readonly datatype: 'FP32'; readonly values: (answer: InferAnswer) => Float32Array }
  | { readonly datatype: 'INT64'; readonly values: (answer: InferAnswer) => readonly bigint[] }
  | { readonly datatype: 'BYTES'; readonly values: (answer: InferAnswer) => readonly string[] }
)

const rowsOf = <Value>({ from, count }: InferAnswer, value: (row: number) => Value): Value[] => {
  const values: Value[] = []
  for (let row = from; row < from + count; row++) values.push(value(row))
  return values
}

const PREDICTION_ID: Output = {
  name: 'prediction_id',
  datatype: 'BYTES',
  columns: undefined,
  values: (answer) => rowsOf(answer, (row) => answer.ids[row]!),
}

const SCORE: Output = {
  name: 'score',
  datatype: 'FP32',
  columns: undefined,
  values: ({ predictions, from, count }) => predictions.scores.subarray(from, from + count),
}

/** Which version answered each row: only in replies to requests that a release split by row. */
export const VERSION: Output = {
  name: 'version',
  datatype: 'BYTES',
  columns: undefined,
  values: (answer) => rowsOf(answer, (row) => String(answer.versions?.[row] ?? answer.served.version)),
}

/** An output as the model's own graph gave it: its name there, its shape, and whole numbers where labels were such. */
function asInGraph(output: Output, { outputs, classes = [] }: Signature): Output {
  if (!outputs || output === PREDICTION_ID) return output
  const { label, probabilities, value, labelDatatype } = outputs
  const columns = outputs.columns === 0 ? undefined : outputs.columns
  if (output === SCORE) return { ...SCORE, name: value ?? SCORE.name, columns }
  if (output.datatype === 'BYTES') {
    const name = label ?? output.name
    return labelDatatype === undefined ? { ...output, name } : { ...output, name, ...wholeLabels(classes) }
  }
  const name = probabilities ?? output.name
  return columns === classes.length ? { ...output, name } : { ...ofSecondClass(classes.length), name, columns }
}

/** Of a row without a decision the least number that there is, as NumPy marks what is no time. */
const UNDECIDED_NUMBER = -(2n ** 63n)

function wholeLabels(classes: readonly string[]) {
  const numbers = new Map(classes.map((name) => [name, BigInt(name)]))
  const values = (answer: InferAnswer) =>
    rowsOf(answer, (row) => numbers.get(labelOf(answer, classes, row)) ?? UNDECIDED_NUMBER)
  return { datatype: 'INT64', values } as const
}

function ofSecondClass(width: number) {
  const values = (answer: InferAnswer) =>
    Float32Array.from(rowsOf(answer, (row) => answer.predictions.probabilities?.[row * width + 1] ?? Number.NaN))
  return { datatype: 'FP32', values } as const
}

type Outputs = {
  /** What a reply has where none is asked for, and metadata lists: under the names of the model's graph where they are known. */
  readonly listed: readonly Output[]
  /** By the names of the graph and by our own. */
  readonly byName: ReadonlyMap<string, Output>
}

const outputsBySignature = new WeakMap<Signature, Outputs>()

function knownOutputs(signature: Signature): Outputs {
  const known = outputsBySignature.get(signature)
  if (known) return known
  const own = signature.classes ? [...classifierOutputs(signature.classes), PREDICTION_ID] : [SCORE, PREDICTION_ID]
  const listed = own.map((output) => asInGraph(output, signature))
  const outputs = { listed, byName: new Map([...own, ...listed].map((output) => [output.name, output])) }
  outputsBySignature.set(signature, outputs)
  return outputs
}

/** A classifier gives label and probabilities, a regression its score; each with the id of the prediction. */
export const outputsOf = (signature: Signature): readonly Output[] => knownOutputs(signature).listed

/** An output by the name that the model's graph had for it, or by ours. */
export const findOutput = (signature: Signature, name: unknown): Output | undefined =>
  typeof name === 'string' ? knownOutputs(signature).byName.get(name) : undefined

function labelOf({ predictions, abstainBelow }: InferAnswer, classes: readonly string[], row: number): string {
  const { probabilities } = predictions
  const isUndecided =
    abstainBelow !== undefined && probabilities && isUndecidedRow(probabilities, classes.length, row, abstainBelow)
  return isUndecided ? UNDECIDED : classes[predictions.classes?.[row] ?? 0]!
}

function classifierOutputs(classes: readonly string[]): Output[] {
  const { length } = classes
  return [
    {
      name: 'label',
      datatype: 'BYTES',
      columns: undefined,
      values: (answer) => rowsOf(answer, (row) => labelOf(answer, classes, row)),
    },
    {
      name: 'probabilities',
      datatype: 'FP32',
      columns: length,
      values: ({ predictions, from, count }) =>
        predictions.probabilities?.subarray(from * length, (from + count) * length) ?? new Float32Array(),
    },
  ]
}
