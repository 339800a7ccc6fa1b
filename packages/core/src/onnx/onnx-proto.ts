import protobuf from 'protobufjs/light.js'

const field = (type: string, id: number) => ({ type, id })
const list = (type: string, id: number) => ({ rule: 'repeated', type, id })

/**
 * The part of `onnx.proto3` that Regia reads and writes; what is left out (training info, sparse tensors) is skipped.
 * Fields of type `bytes` that hold text are declared as `string`: both look the same on the wire.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
const root = protobuf.Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        ModelProto: {
          fields: {
            irVersion: field('int64', 1),
            producerName: field('string', 2),
            producerVersion: field('string', 3),
            graph: field('GraphProto', 7),
            opsetImport: list('OperatorSetIdProto', 8),
            metadataProps: list('StringStringEntryProto', 14),
            // Read and written as they are.
            functions: list('bytes', 25),
          },
        },
        OperatorSetIdProto: { fields: { domain: field('string', 1), version: field('int64', 2) } },
        StringStringEntryProto: { fields: { key: field('string', 1), value: field('string', 2) } },
        GraphProto: {
          fields: {
            node: list('NodeProto', 1),
            name: field('string', 2),
            initializer: list('TensorProto', 5),
            input: list('ValueInfoProto', 11),
            output: list('ValueInfoProto', 12),
          },
        },
        NodeProto: {
          fields: {
            input: list('string', 1),
            output: list('string', 2),
            name: field('string', 3),
            opType: field('string', 4),
            attribute: list('AttributeProto', 5),
            domain: field('string', 7),
          },
        },
        // What a node is and what it joins, without its attributes, which may be long.
        NodeNames: {
          fields: {
            input: list('string', 1),
            output: list('string', 2),
            opType: field('string', 4),
            domain: field('string', 7),
          },
        },
        AttributeProto: {
          fields: {
            name: field('string', 1),
            f: field('float', 2),
            i: field('int64', 3),
            s: field('string', 4),
            t: field('TensorProto', 5),
            g: field('GraphProto', 6),
            floats: list('float', 7),
            ints: list('int64', 8),
            strings: list('string', 9),
            type: field('int32', 20),
          },
        },
        TensorProto: {
          fields: {
            dims: list('int64', 1),
            dataType: field('int32', 2),
            floatData: list('float', 4),
            int32Data: list('int32', 5),
            stringData: list('string', 6),
            int64Data: list('int64', 7),
            name: field('string', 8),
            rawData: field('bytes', 9),
            doubleData: list('double', 10),
            uint64Data: list('uint64', 11),
            externalData: list('StringStringEntryProto', 13),
            dataLocation: field('int32', 14),
          },
        },
        ValueInfoProto: { fields: { name: field('string', 1), type: field('TypeProto', 2) } },
        TypeProto: { fields: { tensorType: field('TensorTypeProto', 1) } },
        TensorTypeProto: { fields: { elemType: field('int32', 1), shape: field('TensorShapeProto', 2) } },
        TensorShapeProto: { fields: { dim: list('DimensionProto', 1) } },
        DimensionProto: {
          fields: { dimValue: field('int64', 1), dimParam: field('string', 2) },
          oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
        },
      },
    },
  },
})

const modelType = root.lookupType('onnx.ModelProto')

/** 64-bit numbers come back as text, which holds them whole. */
type Int64 = string

export type TensorProto = {
  readonly dims: readonly Int64[]
  readonly dataType: number
  readonly floatData: readonly number[]
  readonly int32Data: readonly number[]
  readonly stringData: readonly string[]
  readonly int64Data: readonly Int64[]
  readonly name: string
  readonly rawData: Uint8Array
  readonly doubleData: readonly number[]
  readonly uint64Data: readonly Int64[]
  readonly externalData: readonly { readonly key: string; readonly value: string }[]
  readonly dataLocation: number
}
export type AttributeProto = {
  readonly name: string
  readonly f: number
  readonly i: Int64
  readonly s: string
  readonly t: TensorProto | null
  readonly g: GraphProto | null
  readonly floats: readonly number[]
  readonly ints: readonly Int64[]
  readonly strings: readonly string[]
  readonly type: number
}
export type NodeProto = {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly name: string
  readonly opType: string
  readonly attribute: readonly AttributeProto[]
  readonly domain: string
}
export type DimensionProto = { readonly dimValue?: Int64; readonly dimParam?: string }
export type ValueInfoProto = {
  readonly name: string
  readonly type: {
    readonly tensorType: {
      readonly elemType: number
      readonly shape: { readonly dim: readonly DimensionProto[] } | null
    } | null
  } | null
}
export type GraphProto = {
  readonly node: readonly NodeProto[]
  readonly name: string
  readonly initializer: readonly TensorProto[]
  readonly input: readonly ValueInfoProto[]
  readonly output: readonly ValueInfoProto[]
}
export type ModelProto = {
  readonly irVersion: Int64
  readonly producerName: string
  readonly producerVersion: string
  readonly graph: GraphProto | null
  readonly opsetImport: readonly OpsetProto[]
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[]
  readonly functions: readonly Uint8Array[]
}

const typeOf = (name: string): protobuf.Type => root.lookupType(`onnx.${name}`)
const [nodeType, nodeNamesType, valueInfoType, opsetType] = [
  typeOf('NodeProto'),
  typeOf('NodeNames'),
  typeOf('ValueInfoProto'),
  typeOf('OperatorSetIdProto'),
]

export type NodeNames = Pick<NodeProto, 'input' | 'output' | 'opType' | 'domain'>
export type OpsetProto = { readonly domain: string; readonly version: Int64 }

export const readNodeNames = (bytes: Uint8Array): NodeNames => read(nodeNamesType, bytes)
export const readValueInfo = (bytes: Uint8Array): ValueInfoProto => read(valueInfoType, bytes)
export const readNode = (bytes: Uint8Array): NodeProto => read(nodeType, bytes)
export const readOpset = (bytes: Uint8Array): OpsetProto => read(opsetType, bytes)
export const writeNode = (message: { readonly [field: string]: unknown }): Uint8Array =>
  nodeType.encode(nodeType.fromObject(message)).finish()
export const writeValueInfo = (message: { readonly [field: string]: unknown }): Uint8Array =>
  valueInfoType.encode(valueInfoType.fromObject(message)).finish()

/** The bytes of a message; fields that are absent are not written. */
export const writeModelProto = (message: { readonly [field: string]: unknown }): Uint8Array =>
  modelType.encode(modelType.fromObject(message)).finish()

/** @throws Error when the bytes are not protobuf. */
export const readModelProto = (bytes: Uint8Array): ModelProto => read(modelType, bytes)

/** The descriptor above is the schema: with defaults filled in, every field that the type names is there. */
const read = <Message>(type: protobuf.Type, bytes: Uint8Array): Message =>
  type.toObject(type.decode(bytes), { longs: String, defaults: true, arrays: true, oneofs: false }) as Message
