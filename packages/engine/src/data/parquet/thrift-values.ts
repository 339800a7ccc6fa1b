import type { ThriftStruct, ThriftValue } from './compact-thrift.ts'

// Values of Thrift as footers of Parquet have them: taken apart and made.

export const fieldsOf = (value: ThriftValue | undefined): ThriftStruct => {
  if (value?.kind === 'struct') return value.fields
  throw unlike('a struct')
}
export const itemsOf = (value: ThriftValue | undefined): readonly ThriftValue[] => {
  if (value?.kind === 'list') return value.items
  throw unlike('a list')
}
export const wholeOf = (value: ThriftValue | undefined): number => {
  if (value?.kind === 'whole') return Number(value.value)
  throw unlike('a whole number')
}
export const textOf = (value: ThriftValue | undefined): string => {
  if (value?.kind === 'bytes') return Buffer.from(value.value).toString('utf8')
  throw unlike('text')
}

const unlike = (expected: string): Error =>
  new Error(`the footer is not that of parquet.thrift: ${expected} is missing`)

export const int16 = (value: number): ThriftValue => ({ kind: 'whole', type: 4, value: BigInt(value) })
export const int32 = (value: number): ThriftValue => ({ kind: 'whole', type: 5, value: BigInt(value) })
export const int64 = (value: number): ThriftValue => ({ kind: 'whole', type: 6, value: BigInt(value) })
export const text = (value: string): ThriftValue => ({ kind: 'bytes', type: 8, value: Buffer.from(value) })
export const texts = (values: readonly string[]): ThriftValue => list(8, values.map(text))
export const int32s = (values: readonly number[]): ThriftValue => list(5, values.map(int32))
export const structs = (values: readonly ThriftStruct[]): ThriftValue =>
  list(
    12,
    values.map((fields) => ({ kind: 'struct', fields })),
  )
const list = (itemType: number, items: readonly ThriftValue[]): ThriftValue => ({
  kind: 'list',
  type: 9,
  itemType,
  items,
})

/** Fields by number; those that are undefined are left out. */
export const fields = (values: Readonly<Record<number, ThriftValue | undefined>>): ThriftStruct =>
  new Map(Object.entries(values).flatMap(([id, value]) => (value === undefined ? [] : [[Number(id), value] as const])))
export const struct = (values: Readonly<Record<number, ThriftValue | undefined>>): ThriftValue => ({
  kind: 'struct',
  fields: fields(values),
})
