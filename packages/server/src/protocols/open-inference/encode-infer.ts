import { RegiaError, type Signature } from '@regia/core'
import type { Predictions } from '@regia/engine'

/** Rows `from` to `from + count` of what a model answered, with their ids in the prediction log. */
export type InferAnswer = {
  readonly served: { readonly version: number; readonly signature: Signature }
  readonly predictions: Predictions
  readonly from: number
  readonly count: number
  readonly ids: readonly string[]
}

type Output = {
  readonly name: string
  readonly datatype: string
  readonly columns: number | undefined
  readonly data: (answer: InferAnswer) => string
}

const rowsJson = ({ from, count }: InferAnswer, element: (row: number) => string | number): string => {
  let text = ''
  for (let row = from; row < from + count; row++) text += (row === from ? '' : ',') + element(row)
  return text
}

const PREDICTION_ID: Output = {
  name: 'prediction_id',
  datatype: 'BYTES',
  columns: undefined,
  data: (answer) => rowsJson(answer, (row) => `"${answer.ids[row]}"`),
}

const SCORE: Output = {
  name: 'score',
  datatype: 'FP32',
  columns: undefined,
  data: (answer) => rowsJson(answer, (row) => answer.predictions.scores[row]!),
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

function classifierOutputs(classes: readonly string[]): Output[] {
  const labels = classes.map((name) => JSON.stringify(name))
  return [
    {
      name: 'label',
      datatype: 'BYTES',
      columns: undefined,
      data: (answer) => rowsJson(answer, (row) => labels[answer.predictions.classes?.[row] ?? 0]!),
    },
    {
      name: 'probabilities',
      datatype: 'FP32',
      columns: classes.length,
      data: ({ predictions, from, count }) => {
        const { length } = classes
        return predictions.probabilities?.subarray(from * length, (from + count) * length).join(',') ?? ''
      },
    },
  ]
}

/** The JSON of an inference response. @throws RegiaError `INVALID_INPUT` for an output that there is not. */
export function encodeInfer(
  model: string,
  answer: InferAnswer,
  id: string | undefined,
  outputs: readonly Output[],
): string {
  const { version } = answer.served
  let text = `{"model_name":"${model}","model_version":"${version}"`
  if (id !== undefined) text += `,"id":${JSON.stringify(id)}`
  text += ',"outputs":['
  for (let i = 0; i < outputs.length; i++) {
    const { name, datatype, columns, data } = outputs[i]!
    const shape = columns === undefined ? answer.count : `${answer.count},${columns}`
    text += `${i === 0 ? '' : ','}{"name":"${name}","datatype":"${datatype}","shape":[${shape}],"data":[${data(answer)}]}`
  }
  return `${text}]}`
}

export function selectOutputs(signature: Signature, names: readonly string[] | undefined): readonly Output[] {
  const all = outputsOf(signature)
  if (!names) return all
  return names.map((name) => {
    const output = all.find((one) => one.name === name)
    if (output) return output
    throw new RegiaError('INVALID_INPUT', `There is no output "${name.slice(0, 100)}".`, {
      where: 'outputs',
      hint: `There is: ${all.map((one) => one.name).join(', ')}.`,
    })
  })
}
