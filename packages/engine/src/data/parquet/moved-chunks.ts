import type { ThriftStruct, ThriftValue } from './compact-thrift.ts'
import { CHUNK, ELEMENT, FILE, GROUP, METADATA } from './footer.ts'
import type { ParquetField } from './parquet-fields.ts'
import { fieldsOf, int16, int32, int64, itemsOf, struct, structs, wholeOf } from './thrift-values.ts'

// What a footer says of chunks, row groups and columns once they stand elsewhere. What would speak of bytes that are not copied is left out.

const PLACES: readonly number[] = [METADATA.dataPage, METADATA.indexPage, METADATA.dictionaryPage]
const NOT_COPIED: readonly number[] = [METADATA.bloomFilter, METADATA.bloomFilterBytes]

/** A chunk whose pages stand `by` bytes further on. */
export function movedChunk(chunk: ThriftStruct, by: number): ThriftStruct {
  const offset = chunk.get(CHUNK.offset)
  const metadata = [...fieldsOf(chunk.get(CHUNK.metadata))]
    .filter(([id]) => !NOT_COPIED.includes(id))
    .map(([id, value]) => [id, PLACES.includes(id) ? movedPlace(value, by) : value] as const)
  return new Map([
    [CHUNK.offset, offset ? movedPlace(offset, by) : int64(0)],
    [CHUNK.metadata, { kind: 'struct', fields: new Map(metadata) }],
  ])
}

/** 0 stands for "not said". */
function movedPlace(value: ThriftValue, by: number): ThriftValue {
  const place = wholeOf(value)
  return place > 0 ? int64(place + by) : value
}

export function withMetadata(chunk: ThriftStruct, changed: Readonly<Record<number, ThriftValue>>): ThriftStruct {
  const metadata = fieldsOf(chunk.get(CHUNK.metadata))
  return withFields(chunk, { [CHUNK.metadata]: { kind: 'struct', fields: withFields(metadata, changed) } })
}

/** Fields replaced in their places. */
const withFields = (fields: ThriftStruct, changed: Readonly<Record<number, ThriftValue>>): ThriftStruct =>
  new Map([...fields].map(([id, value]) => [id, changed[id] ?? value]))

/** @param start - Where its first page stands. @param place - How many groups stand before it. */
export function groupOf(chunks: readonly ThriftStruct[], rowCount: number, start: number, place: number): ThriftStruct {
  const sum = (field: number) =>
    chunks.reduce((total, chunk) => total + wholeOf(fieldsOf(chunk.get(CHUNK.metadata)).get(field)), 0)
  return new Map([
    [GROUP.columns, structs(chunks)],
    [GROUP.totalBytes, int64(sum(METADATA.totalBytes))],
    [GROUP.rowCount, int64(rowCount)],
    [GROUP.start, int64(start)],
    [GROUP.compressedBytes, int64(sum(METADATA.compressedBytes))],
    // A 16-bit number: a file with more groups says no places.
    ...(place <= 0x7fff ? ([[GROUP.place, int16(place)]] as const) : []),
  ])
}

/** The footer of a file with some columns of a source and all of `added`. */
export function joinedFooter(
  source: ThriftStruct,
  kept: readonly ParquetField[],
  added: ThriftStruct,
  groups: readonly ThriftStruct[],
): ThriftStruct {
  const [root] = itemsOf(source.get(FILE.schema))
  const addedElements = itemsOf(added.get(FILE.schema)).slice(1).map(fieldsOf)
  const elements = [
    withFields(fieldsOf(root), { [ELEMENT.childCount]: int32(kept.length + addedElements.length) }),
    ...kept.flatMap((field) => field.elements).map(fieldsOf),
    ...addedElements,
  ]
  const createdBy = source.get(FILE.createdBy)
  const orders = columnOrders(source, kept, addedElements.length)
  return new Map([
    [FILE.version, source.get(FILE.version) ?? int32(1)],
    [FILE.schema, structs(elements)],
    [FILE.rowCount, int64(groups.reduce((sum, group) => sum + wholeOf(group.get(GROUP.rowCount)), 0))],
    [FILE.rowGroups, structs(groups)],
    // Readers judge by it which statistics of a chunk to believe.
    ...(createdBy ? ([[FILE.createdBy, createdBy]] as const) : []),
    ...(orders ? ([[FILE.columnOrders, orders]] as const) : []),
  ])
}

/** By what order the least and greatest value of each leaf are such; ours have the order of their type. */
function columnOrders(
  source: ThriftStruct,
  kept: readonly ParquetField[],
  addedCount: number,
): ThriftValue | undefined {
  const found = source.get(FILE.columnOrders)
  if (!found) return undefined
  const orders = itemsOf(found).map(fieldsOf)
  const ours = Array.from({ length: addedCount }, () => TYPE_ORDER)
  return structs([
    ...kept.flatMap(({ firstLeaf, leafCount }) => orders.slice(firstLeaf, firstLeaf + leafCount)),
    ...ours,
  ])
}

/** ColumnOrder is a union; its first member is TYPE_ORDER. */
const TYPE_ORDER: ThriftStruct = new Map([[1, struct({})]])
