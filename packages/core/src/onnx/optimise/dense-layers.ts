import type { AttributeValue, OnnxGraph, OnnxNode, OnnxTensor } from '../model.ts'
import { inferTraits, type ValueTraits } from './value-traits.ts'

/** A layer y = x · W + b whose weights are fixed: `MatMul`, or `Gemm`. */
export type DenseLayer = {
  readonly node: OnnxNode
  /** The value that it multiplies. */
  readonly input: string
  readonly output: string
  readonly inputCount: number
  readonly outputCount: number
  /** Shape (inputs, outputs), row by row, with the `alpha` of a `Gemm` in it and never transposed. */
  readonly weights: Float32Array
  /** What is added, as a name in the graph, or a constant that has the `beta` of a `Gemm` in it. */
  readonly bias: string | OnnxTensor | undefined
} & Pick<ValueTraits, 'rank' | 'isNonNegative'>

/**
 * The dense layers of a graph, in its order. Those in the branches of an `If` are not looked for.
 *
 * Left out: weights that are computed, of another type than float, or of more than two dimensions; a `Gemm` with a transposed input.
 */
export function denseLayers(graph: OnnxGraph): readonly DenseLayer[] {
  const constants = constantsOf(graph)
  const traits = inferTraits(graph)
  return graph.nodes.flatMap((node) => {
    const layer = node.domain === '' ? READERS[node.opType]?.(node, constants) : undefined
    if (!layer) return []
    const { rank, isNonNegative = false } = traits.get(layer.input) ?? {}
    return [{ ...layer, node, output: node.outputs[0] ?? '', rank, isNonNegative }]
  })
}

type Constants = ReadonlyMap<string, OnnxTensor>
type Read = Pick<DenseLayer, 'input' | 'inputCount' | 'outputCount' | 'weights' | 'bias'>

const READERS: { readonly [opType: string]: (node: OnnxNode, constants: Constants) => Read | undefined } = {
  MatMul: readMatMul,
  Gemm: readGemm,
}

function readMatMul({ inputs: [input = '', weightsName = ''] }: OnnxNode, constants: Constants): Read | undefined {
  const matrix = matrixOf(constants.get(weightsName))
  if (!matrix || constants.has(input)) return undefined
  const [inputCount, outputCount] = matrix.dims
  return { input, inputCount, outputCount, weights: matrix.data, bias: undefined }
}

function readGemm({ inputs, attributes }: OnnxNode, constants: Constants): Read | undefined {
  const [input = '', weightsName = '', biasName = ''] = inputs
  const matrix = matrixOf(constants.get(weightsName))
  if (!matrix || constants.has(input) || numberOf(attributes.transA, 0) !== 0) return undefined
  const alpha = numberOf(attributes.alpha, 1)
  const bias = biasOf(biasName, constants, numberOf(attributes.beta, 1))
  if (bias === null) return undefined
  const isTransposed = numberOf(attributes.transB, 0) !== 0
  const [rows, columns] = matrix.dims
  const weights = isTransposed ? transposed(matrix.data, rows, columns) : matrix.data
  return {
    input,
    inputCount: isTransposed ? columns : rows,
    outputCount: isTransposed ? rows : columns,
    weights: alpha === 1 ? weights : weights.map((weight) => weight * alpha),
    bias,
  }
}

/** Null where what is added is computed and scaled too: that would need one more multiplication. */
function biasOf(name: string, constants: Constants, beta: number): string | OnnxTensor | undefined | null {
  if (name === '' || beta === 0) return undefined
  if (beta === 1) return name
  const constant = constants.get(name)
  if (constant?.elementType !== 'float') return null
  return { ...constant, data: constant.data.map((value) => value * beta) }
}

function matrixOf(tensor: OnnxTensor | undefined) {
  if (tensor?.elementType !== 'float' || tensor.dims.length !== 2) return undefined
  const [rows = 0, columns = 0] = tensor.dims
  const dims: readonly [number, number] = [rows, columns]
  return rows > 0 && columns > 0 ? { data: tensor.data, dims } : undefined
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!
  }
  return turned
}

const numberOf = (attribute: AttributeValue | undefined, otherwise: number): number =>
  attribute?.type === 'int' || attribute?.type === 'float' ? attribute.value : otherwise

/** Initializers, and the nodes that say `Constant`. */
function constantsOf({ initializers, nodes }: OnnxGraph): Constants {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]))
  for (const { opType, outputs, attributes } of nodes) {
    const { value } = attributes
    if (opType === 'Constant' && value?.type === 'tensor' && outputs[0]) constants.set(outputs[0], value.value)
  }
  return constants
}
