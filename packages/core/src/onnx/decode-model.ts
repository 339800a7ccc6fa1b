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
import { elementTypeOf, tensorFromProto } from './tensor-codec.ts'

/**
 * Reads an ONNX file, Regia's or a foreign one.
 *
 * @throws RegiaError `MODEL_INVALID` when the bytes are not an ONNX model, or a tensor is of a kind that is not read.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const { graph, ...proto } = parse(bytes)
  if (!graph || proto.opsetImport.length === 0) throw notOnnx(graph ? 'no operator set' : 'no graph')
  return {
    irVersion: Number(proto.irVersion),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    opsets: Object.fromEntries(proto.opsetImport.map(({ domain, version }) => [domain, Number(version)])),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
    graph: graphFromProto(graph),
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

const graphFromProto = (graph: GraphProto): OnnxGraph => ({
  name: graph.name,
  nodes: graph.node.map(nodeFromProto),
  initializers: graph.initializer.map(tensorFromProto),
  inputs: graph.input.map(valueInfoFromProto),
  outputs: graph.output.map(valueInfoFromProto),
})

const nodeFromProto = (node: NodeProto): OnnxNode => ({
  name: node.name,
  opType: node.opType,
  domain: node.domain,
  inputs: node.input,
  outputs: node.output,
  attributes: Object.fromEntries(node.attribute.map((attribute) => [attribute.name, attributeFromProto(attribute)])),
})

/** Indexed by the numbers of `AttributeProto.AttributeType`. */
const ATTRIBUTE_READERS: readonly (((proto: AttributeProto) => AttributeValue) | undefined)[] = [
  undefined,
  ({ f }) => ({ type: 'float', value: f }),
  ({ i }) => ({ type: 'int', value: Number(i) }),
  ({ s }) => ({ type: 'string', value: s }),
  ({ t }) => (t ? { type: 'tensor', value: tensorFromProto(t) } : { type: 'other' }),
  ({ g }) => (g ? { type: 'graph', value: graphFromProto(g) } : { type: 'other' }),
  ({ floats }) => ({ type: 'floats', value: floats }),
  ({ ints }) => ({ type: 'ints', value: ints.map(Number) }),
  ({ strings }) => ({ type: 'strings', value: strings }),
]

const attributeFromProto = (proto: AttributeProto): AttributeValue =>
  ATTRIBUTE_READERS[proto.type]?.(proto) ?? { type: 'other' }

function valueInfoFromProto({ name, type }: ValueInfoProto): OnnxValueInfo {
  const tensor = type?.tensorType
  const elementType = tensor ? elementTypeOf(tensor.elemType) : undefined
  if (!tensor || elementType === undefined) return { name, type: { kind: 'other' } }
  const shape = tensor.shape && { shape: tensor.shape.dim.map(dimensionFromProto) }
  return { name, type: { kind: 'tensor', elementType, ...shape } }
}

const dimensionFromProto = ({ dimValue, dimParam }: DimensionProto): Dimension =>
  dimParam ?? (dimValue === undefined ? null : Number(dimValue))
