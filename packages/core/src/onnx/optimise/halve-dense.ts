import { attr } from '../graph-builder.ts'
import { ELEMENT_TYPES, type OnnxModel, type OnnxNode, type OnnxTensor } from '../model.ts'
import { type DenseLayer, denseLayers } from './dense-layers.ts'
import { freshNames, type Replacement, replaceNodes } from './edit-graph.ts'
import { LARGEST_FLOAT16, toFloat16 } from './float16.ts'
import { assertSomeDone, type LayerChange, type OptimisedModel } from './optimised-model.ts'
import { MIN_WEIGHTS } from './quantise-dense.ts'

/** Below it float16 loses digits. */
const SMALLEST_NORMAL = 2 ** -14
/** The largest weight of a scaled output is put between this and its double, which float16 holds. */
const TOP = 2 ** 14

/**
 * Keeps the weights of dense layers as float16. They are cast back to float32, which onnxruntime does once when it loads the graph: the file
 * is half as large, answers take as long as before. Inputs, outputs and all other operators stay float32.
 *
 * An output whose weights would overflow, or lose digits because they are small, is kept scaled by a power of two.
 *
 * @param options.minWeights - Layers with fewer weights stay as they are; 4096 by default.
 * @throws RegiaError `MODEL_INVALID` without such a layer.
 * @example encodeModel(halveDense(decodeModel(bytes)).model)
 */
export function halveDense(model: OnnxModel, { minWeights = MIN_WEIGHTS } = {}): OptimisedModel {
  const fresh = freshNames(model.graph)
  const replacements = new Map<OnnxNode, Replacement>()
  const layers = denseLayers(model.graph).map((layer): LayerChange => {
    const weightCount = layer.weights.length
    const shared = { name: layer.node.name || layer.output, weightCount }
    if (weightCount < minWeights) return { ...shared, skipped: `fewer than ${minWeights} weights` }
    if (!layer.weights.every(Number.isFinite)) return { ...shared, skipped: 'it holds weights that are no numbers' }
    replacements.set(layer.node, halved(layer, fresh))
    return shared
  })
  assertSomeDone(layers, 'float16')
  return { model: { ...model, graph: replaceNodes(model.graph, replacements) }, layers }
}

function halved(layer: DenseLayer, fresh: (hint: string) => string): Replacement {
  const { input, output, inputCount, outputCount, weights, bias } = layer
  const factors = factorsOf(weights, outputCount)
  const named = (hint: string) => fresh(`${output}/${hint}`)
  const initializers: OnnxTensor[] = []
  const nodes: OnnxNode[] = []
  const add = (opType: string, inputs: readonly string[], attributes = {}, made = named(opType)): string => {
    nodes.push({ name: made, opType, domain: '', inputs, outputs: [made], attributes })
    return made
  }
  const keep = (tensor: OnnxTensor): string => {
    initializers.push(tensor)
    return tensor.name
  }
  const data = Uint16Array.from(weights, (weight, i) => toFloat16(weight / factors[i % outputCount]!))
  const half = keep({ name: named('weights'), elementType: 'float16', dims: [inputCount, outputCount], data })
  const whole = add('Cast', [half], { to: attr.int(ELEMENT_TYPES.float) })
  const isScaled = factors.some((factor) => factor !== 1)
  const scaled = () =>
    add('Mul', [whole, keep({ name: named('factors'), elementType: 'float', dims: [outputCount], data: factors })])
  const product = [input, isScaled ? scaled() : whole]
  if (bias === undefined) add('MatMul', product, {}, output)
  else {
    const added = typeof bias === 'string' ? bias : keep({ ...bias, name: named('bias') })
    add('Add', [add('MatMul', product), added], {}, output)
  }
  return { nodes, initializers }
}

/** Powers of two, which change no digit: 1 where an output's weights are in the range of float16. */
function factorsOf(weights: Float32Array, outputCount: number): Float32Array {
  const largest = new Float32Array(outputCount)
  const smallest = new Float32Array(outputCount).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]!)
    const column = i % outputCount
    if (size > largest[column]!) largest[column] = size
    if (size > 0 && size < smallest[column]!) smallest[column] = size
  }
  return largest.map((top, column) => {
    const isInRange = top <= LARGEST_FLOAT16 && smallest[column]! >= SMALLEST_NORMAL
    // A factor below the smallest normal float32 would itself lose digits.
    return isInRange || top === 0 ? 1 : Math.max(2 ** -126, 2 ** Math.floor(Math.log2(top / TOP)))
  })
}
