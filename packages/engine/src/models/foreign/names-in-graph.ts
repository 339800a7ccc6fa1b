import type { Signature, SignatureColumn, SignatureTensor } from '@regia/core'
import type { ForeignGraph, ForeignTensor } from './foreign-graph.ts'
import { assignColumns } from './wrap-graph.ts'

/** Element types of ONNX as the Open Inference Protocol names them. */
const DATATYPES: Readonly<Record<string, string>> = {
  float: 'FP32',
  double: 'FP64',
  float16: 'FP16',
  bfloat16: 'BF16',
  string: 'BYTES',
  bool: 'BOOL',
}

/**
 * A signature with the tensors and outputs as the graph itself had them: whoever asked the graph elsewhere goes on asking for these.
 *
 * @param output - The output that answers.
 */
export function withNamesInGraph(foreign: ForeignGraph, signature: Signature, output: ForeignTensor): Signature {
  const { task, classes } = signature
  const name = output.nameBefore ?? output.name
  const answer = task === 'regression' ? { value: name } : { ...labelOf(foreign, classes), probabilities: name }
  return {
    ...signature,
    tensors: assignColumns(foreign.inputs, signature.inputs).map(({ input, columns }) => tensorOf(input, columns)),
    outputs: { ...answer, columns: columnsOf(output, classes) },
  }
}

function labelOf({ label }: ForeignGraph, classes: readonly string[] = []) {
  if (!label) return {}
  const isNumber = label.elementType === 'int64' && classes.every((name) => /^-?\d{1,15}$/.test(name))
  return { label: label.name, ...(isNumber && { labelDatatype: 'INT64' as const }) }
}

/** A graph that gives the probability of the second class alone has one. */
function columnsOf({ shape }: ForeignTensor, classes: readonly string[] | undefined): number {
  const own = shape === undefined || shape.length === 1 ? 0 : 1
  if (!classes) return own
  const isOfSecond = classes.length === 2 && shape !== undefined && (shape.length === 1 || shape.at(-1) === 1)
  return isOfSecond ? own : classes.length
}

const tensorOf = (
  { name, elementType, shape }: ForeignTensor,
  columns: readonly SignatureColumn[],
): SignatureTensor => ({
  name,
  datatype: DATATYPES[elementType] ?? elementType.toUpperCase(),
  columns: columns.map((column) => column.name),
  isMatrix: shape?.length !== 1,
})
