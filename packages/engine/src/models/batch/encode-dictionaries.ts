import {
  decodeModel,
  encodeModel,
  type OnnxModel,
  type OnnxNode,
  type OnnxValueInfo,
  type Signature,
  type SignatureColumn,
} from '@regia/core'
import { importOnnxRuntime } from '../onnx-runtime.ts'

/** What stands for each value of a dictionary. */
export type EncodedValues = Float32Array | BigInt64Array

/** A graph that takes some text columns already encoded, as numbers, under other names. */
export type EncodedGraph = {
  readonly graph: Uint8Array
  /** Of the changed graph. */
  readonly inputs: readonly SignatureColumn[]
  /** By the name that a text column has in the signature. */
  readonly values: Readonly<Record<string, EncodedValues>>
}

/**
 * Takes the encoders of text columns out of a graph and lets them answer each value of the columns' dictionaries once, instead of each
 * row: handing a text over to the runtime costs as much as a dozen trees. The answers are the graph's own, so the numbers stay the same.
 *
 * @returns The graph as it is where no text column of a dictionary goes straight into one encoder and nowhere else.
 */
export async function encodeDictionaries(
  graph: Uint8Array,
  signature: Signature,
  dictionaries: Readonly<Record<string, readonly string[]>>,
): Promise<EncodedGraph> {
  const model = decodeModel(graph)
  const encoders = signature.inputs.flatMap(({ name }) => {
    const dictionary = dictionaries[name]
    const found = dictionary && encoderOf(model, name)
    return found && dictionary ? [{ ...found, name, dictionary }] : []
  })
  if (encoders.length === 0 || !isPlain(model)) return { graph, inputs: signature.inputs, values: {} }
  const values: Record<string, EncodedValues> = {}
  for (const encoder of encoders) values[encoder.name] = await encode(model, encoder, encoder.dictionary)
  const outputOf = new Map(encoders.map(({ name, output, type }) => [name, { name: output.name, type }]))
  return {
    graph: encodeModel(withoutEncoders(model, encoders)),
    inputs: signature.inputs.map((input) => ({ ...input, ...outputOf.get(input.name), nullable: false })),
    values,
  }
}

type Encoder = {
  readonly node: OnnxNode
  readonly input: OnnxValueInfo
  /** What the node gives, as an input of the changed graph. */
  readonly output: OnnxValueInfo
  readonly type: 'float' | 'int'
}

/** The only node that reads a text input, where that is an encoder whose result has a type of our inputs. */
function encoderOf({ graph }: OnnxModel, name: string): Encoder | undefined {
  const input = graph.inputs.find((info) => info.name === name)
  const [node, ...others] = graph.nodes.filter(({ inputs }) => inputs.includes(name))
  if (!node || others.length > 0 || input?.type.kind !== 'tensor') return undefined
  if (node.opType !== 'LabelEncoder' || node.domain !== 'ai.onnx.ml' || node.outputs.length !== 1) return undefined
  const output = node.outputs[0]!
  if (!node.attributes.keys_strings || graph.outputs.some((info) => info.name === name || info.name === output)) {
    return undefined
  }
  const type = node.attributes.values_floats ? 'float' : node.attributes.values_int64s ? 'int' : undefined
  if (!type) return undefined
  const elementType = type === 'float' ? 'float' : 'int64'
  return { node, input, output: { name: output, type: { ...input.type, elementType } }, type }
}

/** Branches may read any name around them, and what was not read cannot be written again. */
export const isPlain = ({ graph, functions = [] }: OnnxModel): boolean =>
  functions.length === 0 &&
  graph.nodes.every(({ attributes }) =>
    Object.values(attributes).every(({ type }) => type !== 'graph' && type !== 'other'),
  ) &&
  [...graph.inputs, ...graph.outputs].every(({ type }) => type.kind === 'tensor')

function withoutEncoders(model: OnnxModel, encoders: readonly Encoder[]): OnnxModel {
  const gone = new Set(encoders.map(({ node }) => node))
  const outputOf = new Map(encoders.map(({ input, output }) => [input, output]))
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: model.graph.nodes.filter((node) => !gone.has(node)),
      inputs: model.graph.inputs.map((input) => outputOf.get(input) ?? input),
    },
  }
}

/** Asks a graph of the encoder alone. */
async function encode(
  model: OnnxModel,
  { node, input, output }: Encoder,
  dictionary: readonly string[],
): Promise<EncodedValues> {
  const alone = { name: 'encoder', nodes: [node], initializers: [], inputs: [input], outputs: [output] }
  const { InferenceSession, Tensor } = await importOnnxRuntime()
  const session = await InferenceSession.create(encodeModel({ ...model, graph: alone }), { logSeverityLevel: 3 })
  try {
    const feeds = { [input.name]: new Tensor('string', dictionary, [dictionary.length, 1]) }
    const data = (await session.run(feeds))[output.name]?.data
    if (data instanceof Float32Array || data instanceof BigInt64Array) return data.slice()
    throw new Error('unreachable: an encoder with values_floats or values_int64s gives these')
  } finally {
    await session.release()
  }
}
