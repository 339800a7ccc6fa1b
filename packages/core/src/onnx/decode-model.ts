import { RegiaError } from '../kernel/index.ts'
import type { AttributeValue, Dimension, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './model.ts'
import {
  type AttributeProto,
  type DimensionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  readModelProto,
  type ValueInfoProto,
} from './onnx-proto.ts'
import { elementTypeOf, type ReadExternal, tensorFromProto } from './tensor-codec.ts'

export type { ExternalData, ReadExternal } from './tensor-codec.ts'

/** Reads the values of tensors that lie in files beside the model. @throws RegiaError `MODEL_INVALID` where they are not there. */
export type DecodeOptions = { readonly readExternal?: ReadExternal | undefined }

/**
 * Reads an ONNX file, Regia's or a foreign one.
 *
 * @param options - How to read tensors that are kept in files beside it; they are refused where absent.
 * @throws RegiaError `MODEL_INVALID` when the bytes are not an ONNX model, or a tensor is of a kind that is not read.
 */
export function decodeModel(bytes: Uint8Array, { readExternal }: DecodeOptions = {}): OnnxModel {
  const { graph, ...proto } = parse(bytes)
  if (!graph || proto.opsetImport.length === 0) throw notOnnx(graph ? 'no operator set' : 'no graph')
  return {
    irVersion: Number(proto.irVersion),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    opsets: Object.fromEntries(proto.opsetImport.map(({ domain, version }) => [domain, Number(version)])),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
    ...(proto.functions.length > 0 && { functions: proto.functions }),
    graph: graphFromProto(graph, readExternal),
  }
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return readModelProto(bytes)
  } catch (cause) {
    throw notOnnx('bytes that are not protobuf', cause)
  }
}

const notOnnx = (got: string, cause?: unknown): RegiaError =>
  new RegiaError('MODEL_INVALID', `This is not an ONNX model: it has ${got}.`, {
    hint: 'Give the bytes of an .onnx file.',
    ...(cause !== undefined && { cause }),
  })

const graphFromProto = (graph: GraphProto, read: ReadExternal | undefined): OnnxGraph => ({
  name: graph.name,
  nodes: graph.node.map((node) => nodeFromProto(node, read)),
  initializers: graph.initializer.map((tensor) => tensorFromProto(tensor, read)),
  inputs: graph.input.map(valueInfoFromProto),
  outputs: graph.output.map(valueInfoFromProto),
})

const nodeFromProto = (node: NodeProto, read: ReadExternal | undefined): OnnxNode => ({
  name: node.name,
  opType: node.opType,
  domain: node.domain,
  inputs: node.input,
  outputs: node.output,
  attributes: Object.fromEntries(
    node.attribute.map((attribute) => [attribute.name, attributeFromProto(attribute, read)]),
  ),
})

/** Indexed by the numbers of `AttributeProto.AttributeType`. */
const ATTRIBUTE_READERS: readonly (((proto: AttributeProto, read?: ReadExternal) => AttributeValue) | undefined)[] = [
  undefined,
  ({ f }) => ({ type: 'float', value: f }),
  ({ i }) => ({ type: 'int', value: Number(i) }),
  ({ s }) => ({ type: 'string', value: s }),
  ({ t }, read) => (t ? { type: 'tensor', value: tensorFromProto(t, read) } : { type: 'other' }),
  ({ g }, read) => (g ? { type: 'graph', value: graphFromProto(g, read) } : { type: 'other' }),
  ({ floats }) => ({ type: 'floats', value: floats }),
  ({ ints }) => ({ type: 'ints', value: ints.map(Number) }),
  ({ strings }) => ({ type: 'strings', value: strings }),
]

const attributeFromProto = (proto: AttributeProto, read: ReadExternal | undefined): AttributeValue =>
  ATTRIBUTE_READERS[proto.type]?.(proto, read) ?? { type: 'other' }

function valueInfoFromProto({ name, type }: ValueInfoProto): OnnxValueInfo {
  const tensor = type?.tensorType
  const elementType = tensor ? elementTypeOf(tensor.elemType) : undefined
  if (!tensor || elementType === undefined) return { name, type: { kind: 'other' } }
  const shape = tensor.shape && { shape: tensor.shape.dim.map(dimensionFromProto) }
  return { name, type: { kind: 'tensor', elementType, ...shape } }
}

const dimensionFromProto = ({ dimValue, dimParam }: DimensionProto): Dimension =>
  dimParam ?? (dimValue === undefined ? null : Number(dimValue))
