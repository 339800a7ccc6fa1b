import { RegiaError } from '../kernel/index.ts'
import { ELEMENT_TYPES, type ElementType, type OnnxTensor } from './model.ts'
import type { TensorProto } from './onnx-proto.ts'

const ELEMENT_TYPE_OF = new Map<number, ElementType>(
  Object.entries(ELEMENT_TYPES).map(([name, number]) => [number, name as ElementType]),
)

/** The element type of a number in `TensorProto.DataType`; undefined for those that Regia does not read. */
export const elementTypeOf = (dataType: number): ElementType | undefined => ELEMENT_TYPE_OF.get(dataType)

/** The message of a tensor. Numbers are written as raw little-endian bytes, as every host of Node and every browser has them. */
export function tensorToProto(tensor: OnnxTensor): { readonly [field: string]: unknown } {
  const { name, dims, elementType, data } = tensor
  const shared = { name, dims, dataType: ELEMENT_TYPES[elementType] }
  if (tensor.elementType === 'string') return { ...shared, stringData: tensor.data }
  const { buffer, byteOffset, byteLength } = data as Exclude<typeof data, readonly string[]>
  return { ...shared, rawData: new Uint8Array(buffer, byteOffset, byteLength) }
}

/** Where the values of a tensor lie: a file beside the model, and the part of it; to its end where no length is given. */
export type ExternalData = {
  readonly location: string
  readonly offset: number
  readonly length: number | undefined
}
export type ReadExternal = (where: ExternalData) => Uint8Array

const EXTERNAL = 1

/** @throws RegiaError `MODEL_INVALID` when the values are kept in another file that nobody reads, or their type is not read. */
export function tensorFromProto(proto: TensorProto, readExternal?: ReadExternal): OnnxTensor {
  const elementType = elementTypeOf(proto.dataType)
  const whole = proto.dataLocation === EXTERNAL && readExternal ? withValues(proto, readExternal) : proto
  if (elementType === undefined || whole.dataLocation !== 0) {
    const reason = elementType === undefined ? `has element type ${proto.dataType}` : 'is kept in another file'
    throw new RegiaError('MODEL_INVALID', `Tensor "${proto.name}" ${reason}, which is not read.`, {
      hint: 'Save the model as one file with standard element types.',
    })
  }
  return { name: proto.name, dims: proto.dims.map(Number), ...READERS[elementType](whole) }
}

/** @see https://github.com/onnx/onnx/blob/main/docs/ExternalData.md */
function withValues(proto: TensorProto, readExternal: ReadExternal): TensorProto {
  const fields = new Map(proto.externalData.map(({ key, value }) => [key, value]))
  const [location, length] = [fields.get('location') ?? '', fields.get('length')]
  const where = {
    location,
    offset: Number(fields.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  }
  return { ...proto, dataLocation: 0, rawData: readExternal(where) }
}

type Values = {
  readonly [Type in ElementType]: Pick<Extract<OnnxTensor, { elementType: Type }>, 'elementType' | 'data'>
}

// One reader per element type: raw bytes when there are any, else the typed field in which the format keeps that type.
const READERS: { readonly [Type in ElementType]: (proto: TensorProto) => Values[Type] } = {
  float: (p) => ({ elementType: 'float', data: raw(p) ? new Float32Array(raw(p)!) : Float32Array.from(p.floatData) }),
  uint8: (p) => ({ elementType: 'uint8', data: raw(p) ? new Uint8Array(raw(p)!) : Uint8Array.from(p.int32Data) }),
  int8: (p) => ({ elementType: 'int8', data: raw(p) ? new Int8Array(raw(p)!) : Int8Array.from(p.int32Data) }),
  uint16: (p) => ({ elementType: 'uint16', data: raw(p) ? new Uint16Array(raw(p)!) : Uint16Array.from(p.int32Data) }),
  int16: (p) => ({ elementType: 'int16', data: raw(p) ? new Int16Array(raw(p)!) : Int16Array.from(p.int32Data) }),
  int32: (p) => ({ elementType: 'int32', data: raw(p) ? new Int32Array(raw(p)!) : Int32Array.from(p.int32Data) }),
  int64: (p) => ({
    elementType: 'int64',
    data: raw(p) ? new BigInt64Array(raw(p)!) : BigInt64Array.from(p.int64Data, BigInt),
  }),
  string: (p) => ({ elementType: 'string', data: p.stringData }),
  bool: (p) => ({ elementType: 'bool', data: raw(p) ? new Uint8Array(raw(p)!) : Uint8Array.from(p.int32Data) }),
  float16: (p) => ({ elementType: 'float16', data: raw(p) ? new Uint16Array(raw(p)!) : Uint16Array.from(p.int32Data) }),
  double: (p) => ({
    elementType: 'double',
    data: raw(p) ? new Float64Array(raw(p)!) : Float64Array.from(p.doubleData),
  }),
  uint32: (p) => ({
    elementType: 'uint32',
    data: raw(p) ? new Uint32Array(raw(p)!) : Uint32Array.from(p.uint64Data, Number),
  }),
  uint64: (p) => ({
    elementType: 'uint64',
    data: raw(p) ? new BigUint64Array(raw(p)!) : BigUint64Array.from(p.uint64Data, BigInt),
  }),
}

/** A copy of the raw bytes, aligned for any element type; undefined when the values are in a typed field. */
const raw = ({ rawData }: TensorProto): ArrayBuffer | undefined =>
  rawData.length > 0 ? new Uint8Array(rawData).buffer : undefined
