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

/** An output of a model: FP32 numbers or texts, one row after the other. */
export type Output = {
  readonly name: string
  /** Columns of an output of two dimensions; absent for one of one. */
  readonly columns: number | undefined
} & (
  | { readonly datatype: 'FP32'; readonly values: (answer: InferAnswer) => Float32Array }
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

const outputsBySignature = new WeakMap<Signature, readonly Output[]>()

/** A classifier gives label and probabilities, a regression its score; each with the id of the prediction. */
export function outputsOf(signature: Signature): readonly Output[] {
  const known = outputsBySignature.get(signature)
  if (known) return known
  const outputs = signature.classes ? [...classifierOutputs(signature.classes), PREDICTION_ID] : [SCORE, PREDICTION_ID]
  outputsBySignature.set(signature, outputs)
  return outputs
}

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
