/** ONNX element types and their numbers in `TensorProto.DataType`. */
export const ELEMENT_TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
} as const
export type ElementType = keyof typeof ELEMENT_TYPES

/** How the values of a tensor are held; bool as bytes 0 and 1, float16 as its bits. */
export type TensorDataOf = {
  readonly float: Float32Array
  readonly uint8: Uint8Array
  readonly int8: Int8Array
  readonly uint16: Uint16Array
  readonly int16: Int16Array
  readonly int32: Int32Array
  readonly int64: BigInt64Array
  readonly string: readonly string[]
  readonly bool: Uint8Array
  readonly float16: Uint16Array
  readonly double: Float64Array
  readonly uint32: Uint32Array
  readonly uint64: BigUint64Array
}

/** Values in row-major order; `dims` is empty for a scalar. */
export type TensorValue = {
  readonly [Type in ElementType]: {
    readonly elementType: Type
    readonly dims: readonly number[]
    readonly data: TensorDataOf[Type]
  }
}[ElementType]

export type OnnxTensor = TensorValue & { readonly name: string }

/** `other` stands for kinds that Regia does not read (sparse tensors, types, lists of graphs). */
export type AttributeValue =
  | { readonly type: 'float' | 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph }
  | { readonly type: 'other' }

export type OnnxNode = {
  readonly name: string
  readonly opType: string
  /** Empty for the standard operators, `ai.onnx.ml` for those of classical machine learning. */
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: { readonly [name: string]: AttributeValue }
}

/** A size, the name of a size that varies, or null when nothing is said. */
export type Dimension = number | string | null

/** `kind: 'other'` stands for sequences, maps and element types that Regia does not read. */
export type OnnxValueInfo = {
  readonly name: string
  readonly type:
    | { readonly kind: 'tensor'; readonly elementType: ElementType; readonly shape?: readonly Dimension[] }
    | { readonly kind: 'other' }
}

export type OnnxGraph = {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValueInfo[]
  readonly outputs: readonly OnnxValueInfo[]
}

export type OnnxModel = {
  readonly irVersion: number
  readonly producerName: string
  readonly producerVersion: string
  /** Version of each operator set by domain. */
  readonly opsets: { readonly [domain: string]: number }
  readonly metadata: { readonly [key: string]: string }
  /** Operators that the file defines itself, each as the bytes of its `FunctionProto`. */
  readonly functions?: readonly Uint8Array[]
  readonly graph: OnnxGraph
}
