import { constants, zstdCompressSync } from 'node:zlib'
import { type ThriftStruct, writeThriftStruct } from './compact-thrift.ts'
import { CHUNK, ELEMENT, FILE, footerBytes, GROUP, MAGIC, METADATA } from './footer.ts'
import { fields, int32, int32s, int64, struct, structs, text, texts } from './thrift-values.ts'

/** A column that was computed: numbers, or places in a list of texts. No value is null. */
export type AddedColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float32Array }
  | { readonly name: string; readonly kind: 'text'; readonly codes: Int32Array; readonly categories: readonly string[] }

const TYPE = { float: 4, bytes: 6 } as const
const REQUIRED = 0
const UTF8 = 0
const ZSTD = 6
const ENCODING = { plain: 0, rle: 3, dictionary: 8 } as const
const PAGE = { data: 0, dictionary: 2 } as const
/** Scores are nearly random bits: a higher level takes longer and gains nothing. */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 }
/** What compression may add to bytes that it cannot make less of. */
const compressBound = (byteLength: number): number => byteLength + (byteLength >> 8) + 1024

/**
 * A Parquet file of computed columns, as pieces of bytes one after another: a row group for each of `groupRows`, in it a page per column,
 * and before that of a text column the page of its dictionary.
 *
 * @param groupRows - Rows of each row group; together as many as the columns have.
 */
export function parquetOfColumns(columns: readonly AddedColumn[], groupRows: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [MAGIC]
  const groups: ThriftStruct[] = []
  let place = MAGIC.length
  let from = 0
  for (const rowCount of groupRows) {
    const chunks = columns.map((column) => {
      const written = chunkOf(column, from, from + rowCount, place)
      pieces.push(...written.pieces)
      place += written.compressedBytes
      return written
    })
    groups.push(groupOf(chunks, rowCount))
    from += rowCount
  }
  const root = fields({ [ELEMENT.name]: text('schema'), [ELEMENT.childCount]: int32(columns.length) })
  const footer = fields({
    [FILE.version]: int32(1),
    [FILE.schema]: structs([root, ...columns.map(elementOf)]),
    [FILE.rowCount]: int64(from),
    [FILE.rowGroups]: structs(groups),
    [FILE.createdBy]: text('regia'),
  })
  return [...pieces, footerBytes(footer)]
}

type Written = {
  readonly pieces: readonly Uint8Array[]
  readonly chunk: ThriftStruct
  readonly totalBytes: number
  readonly compressedBytes: number
}

const groupOf = (chunks: readonly Written[], rowCount: number): ThriftStruct =>
  fields({
    [GROUP.columns]: structs(chunks.map(({ chunk }) => chunk)),
    [GROUP.totalBytes]: int64(chunks.reduce((sum, { totalBytes }) => sum + totalBytes, 0)),
    [GROUP.rowCount]: int64(rowCount),
  })

function elementOf({ name, kind }: AddedColumn): ThriftStruct {
  const isText = kind === 'text'
  return fields({
    [ELEMENT.type]: int32(isText ? TYPE.bytes : TYPE.float),
    [ELEMENT.repetition]: int32(REQUIRED),
    [ELEMENT.name]: text(name),
    [ELEMENT.convertedType]: isText ? int32(UTF8) : undefined,
    // LogicalType is a union; its first member is STRING.
    [ELEMENT.logicalType]: isText ? struct({ 1: struct({}) }) : undefined,
  })
}

function chunkOf(column: AddedColumn, from: number, until: number, place: number): Written {
  const isText = column.kind === 'text'
  const dictionary = isText ? [dictionaryPage(column.categories)] : []
  const data = isText
    ? packedCodes(column.codes.subarray(from, until), bitsFor(column.categories.length))
    : bytesOf(column.values.subarray(from, until))
  const pages = [...dictionary, dataPage(data, until - from, isText ? ENCODING.dictionary : ENCODING.plain)]
  const totalBytes = pages.reduce((sum, page) => sum + page.totalBytes, 0)
  const compressedBytes = pages.reduce((sum, { pieces }) => sum + lengthOf(pieces), 0)
  const metadata = struct({
    [METADATA.type]: int32(isText ? TYPE.bytes : TYPE.float),
    [METADATA.encodings]: int32s(isText ? [ENCODING.plain, ENCODING.dictionary] : [ENCODING.plain]),
    [METADATA.path]: texts([column.name]),
    [METADATA.codec]: int32(ZSTD),
    [METADATA.valueCount]: int64(until - from),
    [METADATA.totalBytes]: int64(totalBytes),
    [METADATA.compressedBytes]: int64(compressedBytes),
    [METADATA.dataPage]: int64(place + dictionary.reduce((sum, { pieces }) => sum + lengthOf(pieces), 0)),
    [METADATA.dictionaryPage]: isText ? int64(place) : undefined,
  })
  const chunk = fields({ [CHUNK.offset]: int64(place), [CHUNK.metadata]: metadata })
  return { pieces: pages.flatMap((page) => page.pieces), chunk, totalBytes, compressedBytes }
}

type Page = { readonly pieces: readonly Uint8Array[]; readonly totalBytes: number }

const dataPage = (data: Uint8Array, valueCount: number, encoding: number): Page =>
  pageOf(PAGE.data, data, {
    5: struct({ 1: int32(valueCount), 2: int32(encoding), 3: int32(ENCODING.rle), 4: int32(ENCODING.rle) }),
  })

function dictionaryPage(categories: readonly string[]): Page {
  const values = categories.flatMap((category) => {
    const bytes = Buffer.from(category)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    return [length, bytes]
  })
  return pageOf(PAGE.dictionary, Buffer.concat(values), {
    7: struct({ 1: int32(categories.length), 2: int32(ENCODING.plain) }),
  })
}

function pageOf(type: number, data: Uint8Array, kind: Readonly<Record<number, ReturnType<typeof struct>>>): Page {
  const compressed = zstdCompressSync(data, { params: PARAMS, chunkSize: compressBound(data.length) })
  const header = writeThriftStruct(
    fields({ 1: int32(type), 2: int32(data.length), 3: int32(compressed.length), ...kind }),
  )
  return { pieces: [header, compressed], totalBytes: header.length + data.length }
}

const bitsFor = (categoryCount: number): number => Math.max(1, 32 - Math.clz32(Math.max(0, categoryCount - 1)))

/**
 * Places in a dictionary: how many bits each has, then one bit-packed run, eight values at a time, the lowest bits first.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
function packedCodes(codes: Int32Array, bits: number): Uint8Array {
  const eights = Math.ceil(codes.length / 8)
  const head = [bits, ...varint(eights * 2 + 1)]
  const bytes = new Uint8Array(head.length + eights * bits)
  bytes.set(head)
  let at = head.length
  let held = 0
  let heldBits = 0
  for (let i = 0; i < codes.length; i++) {
    held |= codes[i]! << heldBits
    heldBits += bits
    for (; heldBits >= 8; heldBits -= 8) {
      bytes[at++] = held
      held >>>= 8
    }
  }
  if (heldBits > 0) bytes[at] = held
  return bytes
}

function varint(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest]
}

/** Float32Array has the order of the machine's bytes; DuckDB and onnxruntime come only for machines that have the lowest first, as Parquet does. */
const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0)
