import {
  type AttributeValue,
  type Dimension,
  ELEMENT_TYPES,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValueInfo,
} from './model.ts'
import { writeModelProto } from './onnx-proto.ts'
import { tensorToProto } from './tensor-codec.ts'

type Message = { readonly [field: string]: unknown }

/**
 * The bytes of an ONNX file. Equal models give equal bytes.
 *
 * @throws Error for what {@link decodeModel} reads only as `other`.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  return writeModelProto({
    irVersion: model.irVersion,
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: graphToProto(model.graph),
    ...(model.functions && { functions: model.functions }),
  })
}

const graphToProto = (graph: OnnxGraph): Message => ({
  name: graph.name,
  node: graph.nodes.map(nodeToProto),
  initializer: graph.initializers.map(tensorToProto),
  input: graph.inputs.map(valueInfoToProto),
  output: graph.outputs.map(valueInfoToProto),
})

const nodeToProto = (node: OnnxNode): Message => ({
  name: node.name,
  opType: node.opType,
  ...(node.domain !== '' && { domain: node.domain }),
  input: node.inputs,
  output: node.outputs,
  attribute: Object.entries(node.attributes).map(([name, value]) => ({ name, ...attributeToProto(value) })),
})

/** Numbers of `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const
const FIELDS = { float: 'f', int: 'i', string: 's', floats: 'floats', ints: 'ints', strings: 'strings' } as const

function attributeToProto(attribute: AttributeValue): Message {
  if (attribute.type === 'other') throw new Error('unreachable: an attribute that was not read cannot be written')
  const type = ATTRIBUTE_TYPES[attribute.type]
  if (attribute.type === 'tensor') return { type, t: tensorToProto(attribute.value) }
  if (attribute.type === 'graph') return { type, g: graphToProto(attribute.value) }
  return { type, [FIELDS[attribute.type]]: attribute.value }
}

function valueInfoToProto({ name, type }: OnnxValueInfo): Message {
  if (type.kind === 'other') throw new Error('unreachable: a type that was not read cannot be written')
  const elemType = ELEMENT_TYPES[type.elementType]
  const shape = type.shape && { shape: { dim: type.shape.map(dimensionToProto) } }
  return { name, type: { tensorType: { elemType, ...shape } } }
}

function dimensionToProto(dimension: Dimension): Message {
  if (dimension === null) return {}
  return typeof dimension === 'number' ? { dimValue: dimension } : { dimParam: dimension }
}
