import type { Cell, SignatureColumn } from '@regia/core'

type ColumnType = SignatureColumn['type']

/** How a column is described, the datatypes in which it may come, and what each element then is. */
type Binding = {
  readonly datatype: string
  readonly accepted: readonly string[]
  readonly element: (value: unknown) => Cell | undefined
}

const INTEGERS = ['INT64', 'INT32', 'INT16', 'INT8', 'UINT64', 'UINT32', 'UINT16', 'UINT8']

const asNumber = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
const asInteger = (value: unknown) => (Number.isSafeInteger(value) ? Number(value) : undefined)
const asText = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** `undefined` for an element that is none of its kind. */
function asBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 0 || value === 1 ? value === 1 : undefined
}

const BINDINGS: Readonly<Record<ColumnType, Binding>> = {
  float: { datatype: 'FP64', accepted: ['FP64', 'FP32', ...INTEGERS], element: asNumber },
  int: { datatype: 'INT64', accepted: INTEGERS, element: asInteger },
  string: { datatype: 'BYTES', accepted: ['BYTES'], element: asText },
  bool: { datatype: 'BOOL', accepted: ['BOOL'], element: asBoolean },
  timestamp: { datatype: 'BYTES', accepted: ['BYTES'], element: asText },
}

export const bindingOf = (column: SignatureColumn): Binding => BINDINGS[column.type]
