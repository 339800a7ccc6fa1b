import type {
  AttributeValue,
  Dimension,
  ElementType,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
  TensorValue,
} from './model.ts'

/** Operator sets that Regia's graphs are written in: what onnxruntime ≥ 1.12 runs. */
export const OPSET = 17
export const ML_OPSET = 3
/** The file format that goes with operator set 17. */
const IR_VERSION = 8

/** The operator set of classical models: tree ensembles, label encoders. */
export const ML_DOMAIN = 'ai.onnx.ml'

/** Attribute values, as in `{ axis: attr.int(1) }`. */
export const attr = {
  int: (value: number): AttributeValue => ({ type: 'int', value }),
  float: (value: number): AttributeValue => ({ type: 'float', value }),
  string: (value: string): AttributeValue => ({ type: 'string', value }),
  ints: (value: Iterable<number>): AttributeValue => ({ type: 'ints', value: [...value] }),
  floats: (value: Iterable<number>): AttributeValue => ({ type: 'floats', value: [...value] }),
  strings: (value: readonly string[]): AttributeValue => ({ type: 'strings', value }),
} as const

export type NodeOptions = {
  /** The name of its output, exactly; otherwise a fresh name. */
  readonly output?: string
  readonly domain?: string
}

/** Collects the nodes of one graph. Values are passed around by name. */
export type GraphBuilder = {
  readonly input: (name: string, elementType: ElementType, shape: readonly Dimension[]) => string
  readonly output: (name: string, elementType: ElementType, shape: readonly Dimension[]) => void
  /** A constant; equal constants share one name. */
  readonly constant: (value: TensorValue) => string
  /** Float constants of shape (n,), or a scalar when a number is given. */
  readonly floats: (values: number | Iterable<number>) => string
  /** The same for INT64. */
  readonly ints: (values: number | Iterable<number>) => string
  /** Adds a node with one output and returns the output's name. */
  readonly node: (
    opType: string,
    inputs: readonly string[],
    attributes?: { readonly [name: string]: AttributeValue },
    options?: NodeOptions,
  ) => string
  readonly build: (metadata?: { readonly [key: string]: string }) => OnnxModel
}

/**
 * An empty graph to add nodes to, in the order in which they are computed.
 *
 * @example
 * const graph = createGraphBuilder('double')
 * const x = graph.input('x', 'float', ['rows', 1])
 * graph.node('Add', [x, x], {}, { output: 'y' })
 * graph.output('y', 'float', ['rows', 1])
 * encodeModel(graph.build())
 */
export function createGraphBuilder(name: string): GraphBuilder {
  const nodes: OnnxNode[] = []
  const initializers = new Map<string, OnnxTensor>()
  const inputs: OnnxValueInfo[] = []
  const outputs: OnnxValueInfo[] = []
  const fresh = createNames()

  const constant = (value: TensorValue): string => {
    const key = `${value.elementType} ${value.dims.join()} ${JSON.stringify([...value.data].map(textOf))}`
    const tensor = initializers.get(key) ?? { ...value, name: fresh.next('constant') }
    initializers.set(key, tensor)
    return tensor.name
  }
  return {
    input(inputName, elementType, shape) {
      inputs.push({ name: fresh.take(inputName), type: { kind: 'tensor', elementType, shape } })
      return inputName
    },
    output(outputName, elementType, shape) {
      outputs.push({ name: outputName, type: { kind: 'tensor', elementType, shape } })
    },
    constant,
    floats: (values) => constant(floatTensor(values)),
    ints: (values) => constant(intTensor(values)),
    node(opType, nodeInputs, attributes = {}, { output, domain = '' } = {}) {
      const outputName = output === undefined ? fresh.next(opType) : fresh.take(output)
      nodes.push({ name: outputName, opType, domain, inputs: nodeInputs, outputs: [outputName], attributes })
      return outputName
    },
    build: (metadata = {}) => ({
      irVersion: IR_VERSION,
      producerName: 'regia',
      producerVersion: '',
      opsets: { '': OPSET, [ML_DOMAIN]: ML_OPSET },
      metadata,
      graph: { name, nodes, initializers: [...initializers.values()], inputs, outputs },
    }),
  }
}

/** Tells −0 from 0, which differ in a division. */
const textOf = (value: unknown): string => (Object.is(value, -0) ? '-0' : String(value))

const floatTensor = (values: number | Iterable<number>): TensorValue => {
  const data = typeof values === 'number' ? Float32Array.of(values) : Float32Array.from(values)
  return { elementType: 'float', dims: typeof values === 'number' ? [] : [data.length], data }
}

const intTensor = (values: number | Iterable<number>): TensorValue => {
  const data = BigInt64Array.from(typeof values === 'number' ? [values] : values, BigInt)
  return { elementType: 'int64', dims: typeof values === 'number' ? [] : [data.length], data }
}

function createNames() {
  const taken = new Set<string>()
  let count = 0
  const take = (name: string): string => {
    if (taken.has(name)) throw new Error(`unreachable: the graph has two values named "${name}"`)
    taken.add(name)
    return name
  }
  const next = (hint: string): string => {
    let name = `${hint}_${++count}`
    while (taken.has(name)) name = `${hint}_${++count}`
    return take(name)
  }
  return { take, next }
}
