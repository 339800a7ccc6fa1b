import type { FileHandle } from 'node:fs/promises'
import { readThriftStruct, type ThriftStruct, writeThriftStruct } from './compact-thrift.ts'

// Numbers of the fields of parquet.thrift.
// See https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

export const FILE = { version: 1, schema: 2, rowCount: 3, rowGroups: 4, createdBy: 6, columnOrders: 7 } as const
export const ELEMENT = { type: 1, repetition: 3, name: 4, childCount: 5, convertedType: 6, logicalType: 10 } as const
export const GROUP = { columns: 1, totalBytes: 2, rowCount: 3, start: 5, compressedBytes: 6, place: 7 } as const
export const CHUNK = { file: 1, offset: 2, metadata: 3, crypto: 8, encryptedMetadata: 9 } as const
export const METADATA = {
  ...{ type: 1, encodings: 2, path: 3, codec: 4, valueCount: 5, totalBytes: 6, compressedBytes: 7 },
  ...{ dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: 14, bloomFilterBytes: 15 },
} as const

export const MAGIC = Buffer.from('PAR1')
const TAIL_BYTES = 8

export type ParquetFooter = {
  readonly fields: ThriftStruct
  /** The place in the file where it starts. */
  readonly start: number
}

/** @throws Error when the file does not end as Parquet does. */
export async function readFooter(file: FileHandle): Promise<ParquetFooter> {
  const { size } = await file.stat()
  const tail = await readAt(file, Math.max(0, size - TAIL_BYTES), TAIL_BYTES)
  if (!tail.subarray(4).equals(MAGIC)) throw new Error('the file does not end as Parquet does')
  const length = tail.readUInt32LE(0)
  const start = size - TAIL_BYTES - length
  if (start < MAGIC.length) throw new Error('the footer is longer than the file')
  return { fields: readThriftStruct(await readAt(file, start, length)), start }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  await file.read(buffer, 0, length, position)
  return buffer
}

/** The footer, its length and the mark at the end of the file. */
export function footerBytes(fields: ThriftStruct): Uint8Array {
  const footer = writeThriftStruct(fields)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return Buffer.concat([footer, length, MAGIC])
}
