import type { SignatureColumn } from '@regia/core'

/** What the elements of a datatype are. */
export type ElementKind = 'bool' | 'integer' | 'float' | 'text'

export type Datatype = {
  readonly name: string
  readonly kind: ElementKind
  /** Bytes of an element; text has none of its own. */
  readonly sizeBytes: number
  /** Of integers: whether they fit is judged by these. */
  readonly minimum?: bigint
  readonly maximum?: bigint
  /** Whether JSON can tell its elements. */
  readonly isJson: boolean
}

const integer = (name: string, sizeBytes: number, isSigned: boolean): Datatype => {
  const bits = BigInt(sizeBytes * 8)
  return {
    name,
    kind: 'integer',
    sizeBytes,
    minimum: isSigned ? -(2n ** (bits - 1n)) : 0n,
    maximum: isSigned ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n,
    isJson: true,
  }
}
const float = (name: string, sizeBytes: number, isJson = true): Datatype => ({ name, kind: 'float', sizeBytes, isJson })

/**
 * The datatypes of tensors. The 16-bit floats have no form in JSON.
 *
 * @see https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md#tensor-data-types
 */
const DATATYPES: readonly Datatype[] = [
  { name: 'BOOL', kind: 'bool', sizeBytes: 1, isJson: true },
  ...[1, 2, 4, 8].map((size) => integer(`UINT${size * 8}`, size, false)),
  ...[1, 2, 4, 8].map((size) => integer(`INT${size * 8}`, size, true)),
  float('FP16', 2, false),
  float('BF16', 2, false),
  float('FP32', 4),
  float('FP64', 8),
  { name: 'BYTES', kind: 'text', sizeBytes: 0, isJson: true },
]

const byName = new Map(DATATYPES.map((datatype) => [datatype.name, datatype]))

export const findDatatype = (name: unknown): Datatype | undefined =>
  typeof name === 'string' ? byName.get(name) : undefined

/** How a column is described, and the kinds of elements in which it may come. */
type Binding = { readonly datatype: string; readonly accepted: readonly ElementKind[] }

const BINDINGS: Readonly<Record<SignatureColumn['type'], Binding>> = {
  float: { datatype: 'FP64', accepted: ['float', 'integer'] },
  int: { datatype: 'INT64', accepted: ['integer'] },
  // An id is often a number that is meant as a text.
  string: { datatype: 'BYTES', accepted: ['text', 'integer'] },
  bool: { datatype: 'BOOL', accepted: ['bool'] },
  // As text in ISO 8601, or as milliseconds since 1970.
  timestamp: { datatype: 'BYTES', accepted: ['text', 'integer'] },
}

export const bindingOf = (column: SignatureColumn): Binding => BINDINGS[column.type]
