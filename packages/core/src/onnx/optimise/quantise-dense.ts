import { RegiaError } from '../../kernel/index.ts'
import { attr } from '../graph-builder.ts'
import { ELEMENT_TYPES, type OnnxModel, type OnnxNode, type OnnxTensor, type TensorValue } from '../model.ts'
import { type DenseLayer, denseLayers } from './dense-layers.ts'
import { freshNames, type Replacement, replaceNodes } from './edit-graph.ts'
import { assertSomeDone, type LayerChange, type OptimisedModel } from './optimised-model.ts'
import { byBatch, byRow } from './quantise-activations.ts'
import { type QuantisedWeights, quantiseWeights, WEIGHT_RANGE } from './quantise-weights.ts'

export type QuantiseOptions = {
  /**
   * What shares one scale among the values that a layer multiplies. With `row` each row has its own, so that an answer does not depend on
   * what else is in its batch. With `batch` all rows share one, as onnxruntime's `quantize_dynamic` does it: some microseconds faster, and
   * answers change with their neighbours.
   */
  readonly scalePer?: 'row' | 'batch'
  /** Whether weights use seven of the eight bits, so that processors without VNNI answer the same. True by default. */
  readonly isRangeReduced?: boolean
  /** Layers with fewer weights stay as they are; 4096 by default, where 12 KB are saved for about 5 µs. */
  readonly minWeights?: number
}

export const MIN_WEIGHTS = 4096
/** `MatMulInteger` came with operator set 10, `Round` with 11. */
const MIN_OPSET = 11

/**
 * Lets dense layers multiply 8-bit whole numbers: weights are rounded once, symmetrically and per output; the values that they multiply
 * are rounded when they come. Everything else of the graph stays float32, its inputs and outputs as well.
 *
 * For layers of some hundred thousand weights and more; small ones get slower. Measure both before serving it.
 *
 * @throws RegiaError `MODEL_INVALID` without such a layer, or for an operator set below 11.
 * @example encodeModel(quantiseDense(decodeModel(bytes)).model)
 */
export function quantiseDense(model: OnnxModel, options: QuantiseOptions = {}): OptimisedModel {
  const { scalePer = 'row', isRangeReduced = true, minWeights = MIN_WEIGHTS } = options
  const opset = assertOpset(model)
  const range = isRangeReduced ? WEIGHT_RANGE.reduced : WEIGHT_RANGE.full
  const fresh = freshNames(model.graph)
  const replacements = new Map<OnnxNode, Replacement>()
  const layers = denseLayers(model.graph).map((layer): LayerChange => {
    const weightCount = layer.weights.length
    const shared = { name: layer.node.name || layer.output, weightCount }
    if (weightCount < minWeights) return { ...shared, skipped: `fewer than ${minWeights} weights` }
    if (!layer.weights.every(Number.isFinite)) return { ...shared, skipped: 'it holds weights that are no numbers' }
    const weights = quantiseWeights(layer.weights, layer.outputCount, range)
    const parts = createParts(layer, fresh)
    const made = scalePer === 'row' ? byRow(layer, opset, parts) : byBatch(layer, parts)
    replacements.set(layer.node, parts.finish(made, weights))
    return shared
  })
  assertSomeDone(layers, 'int8')
  return { model: { ...model, graph: replaceNodes(model.graph, replacements) }, layers }
}

/** Input as bytes, and how a product becomes float again. */
export type QuantisedInput = {
  readonly bytes: string
  /** Absent for 0. */
  readonly zeroPoint: string | undefined
  /** What a product of whole numbers is multiplied with, beside the scales of the weights. */
  readonly scale: string
  /**
   * Then the scales of weights and rows are applied one after the other: onnxruntime takes a product of both for a pattern of its own, which
   * knows one scale for all rows, and answers wrongly.
   */
  readonly isScalePerRow: boolean
}

/** Collects what replaces one layer. */
export type Parts = ReturnType<typeof createParts>

function createParts(layer: DenseLayer, fresh: (hint: string) => string) {
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const stem = layer.output
  const constant = (hint: string, value: TensorValue): string => {
    const name = fresh(`${stem}/${hint}`)
    initializers.push({ ...value, name })
    return name
  }
  const add = (
    opType: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'] = {},
    outputs: readonly string[] = [fresh(`${stem}/${opType}`)],
  ): string => {
    const name = outputs[0] ?? ''
    nodes.push({ name, opType, domain: '', inputs, outputs, attributes })
    return name
  }
  const finish = (input: QuantisedInput, weights: QuantisedWeights): Replacement => {
    const { inputCount, outputCount, bias, output } = layer
    const whole = constant('weights', { elementType: 'int8', dims: [inputCount, outputCount], data: weights.values })
    const scales = constant('scales', { elementType: 'float', dims: [outputCount], data: weights.scales })
    const zero = input.zeroPoint === undefined ? [] : [input.zeroPoint]
    const product = add('MatMulInteger', [input.bytes, whole, ...zero])
    const cast = add('Cast', [product], { to: attr.int(ELEMENT_TYPES.float) })
    const factors = input.isScalePerRow
      ? [add('Mul', [cast, scales]), input.scale]
      : [cast, add('Mul', [input.scale, scales])]
    if (bias === undefined) add('Mul', factors, {}, [output])
    else add('Add', [add('Mul', factors), biasName(bias, constant)], {}, [output])
    return { nodes, initializers }
  }
  return { constant, add, finish, fresh: (hint: string) => fresh(`${stem}/${hint}`) }
}

const biasName = (bias: string | OnnxTensor, constant: (hint: string, value: TensorValue) => string): string =>
  typeof bias === 'string' ? bias : constant('bias', bias)

function assertOpset({ opsets }: OnnxModel): number {
  const opset = opsets[''] ?? opsets['ai.onnx'] ?? 0
  if (opset >= MIN_OPSET) return opset
  throw new RegiaError('MODEL_INVALID', `The graph is written in operator set ${opset}, which has no int8 layers.`, {
    hint: `Export the model again with operator set ${MIN_OPSET} or later.`,
  })
}
