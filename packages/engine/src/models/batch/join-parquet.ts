import { type FileHandle, open } from 'node:fs/promises'
import { readThriftStruct, type ThriftStruct, type ThriftValue, writeThriftStruct } from './compact-thrift.ts'
import { copyBytes } from './join-parts.ts'

/**
 * Joins Parquet files of one schema: their row groups are copied as they are, and one footer says where each stands now. Numbers of
 * fields are those of parquet.thrift.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export async function joinParquet(parts: readonly string[], output: FileHandle): Promise<void> {
  await output.writeFile(MAGIC)
  let size = MAGIC.length
  let first: ThriftStruct | undefined
  let rowCount = 0n
  const groups: ThriftValue[] = []
  for (const part of parts) {
    const { footer, start } = await readFooter(part)
    first ??= footer
    rowCount += wholeOf(footer.get(FILE.rowCount))
    for (const group of itemsOf(footer.get(FILE.rowGroups))) {
      groups.push(movedGroup(group, BigInt(size - MAGIC.length), groups.length))
    }
    await copyBytes(part, MAGIC.length, start, output)
    size += start - MAGIC.length
  }
  if (!first) throw new Error('unreachable: a scoring has at least one part')
  const footer = writeThriftStruct(
    withFields(first, {
      [FILE.rowCount]: { kind: 'whole', type: 6, value: rowCount },
      [FILE.rowGroups]: { kind: 'list', type: 9, itemType: 12, items: groups },
    }),
  )
  await output.writeFile(footer)
  await output.writeFile(lengthOf(footer))
  await output.writeFile(MAGIC)
}

const MAGIC = Buffer.from('PAR1')
const TAIL_BYTES = 8
const FILE = { rowCount: 3, rowGroups: 4 } as const
const GROUP = { columns: 1, offset: 5, place: 7 } as const
/** Fields that say a place in the file. */
const CHUNK_OFFSETS = [2, 4, 6]
const CHUNK_METADATA = 3
const METADATA_OFFSETS = [9, 10, 11, 14]

/** The footer of a file and the place where it starts. */
async function readFooter(path: string): Promise<{ readonly footer: ThriftStruct; readonly start: number }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const tail = await readAt(file, size - TAIL_BYTES, TAIL_BYTES)
    const length = tail.readUInt32LE(0)
    const start = size - TAIL_BYTES - length
    return { footer: readThriftStruct(await readAt(file, start, length)), start }
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  await file.read(buffer, 0, length, position)
  return buffer
}

function movedGroup(group: ThriftValue, by: bigint, place: number): ThriftValue {
  const fields = fieldsOf(group)
  const columns = itemsOf(fields.get(GROUP.columns)).map((chunk) => movedChunk(chunk, by))
  return {
    kind: 'struct',
    fields: withFields(moved(fields, [GROUP.offset], by), {
      [GROUP.columns]: { kind: 'list', type: 9, itemType: 12, items: columns },
      ...(fields.has(GROUP.place) && { [GROUP.place]: { kind: 'whole', type: 4, value: BigInt(place) } }),
    }),
  }
}

function movedChunk(chunk: ThriftValue, by: bigint): ThriftValue {
  const fields = fieldsOf(chunk)
  const metadata = fields.get(CHUNK_METADATA)
  const changed: Record<number, ThriftValue> = metadata
    ? { [CHUNK_METADATA]: { kind: 'struct', fields: moved(fieldsOf(metadata), METADATA_OFFSETS, by) } }
    : {}
  return { kind: 'struct', fields: withFields(moved(fields, CHUNK_OFFSETS, by), changed) }
}

/** 0 stands for "not said" in old fields. */
function moved(fields: ThriftStruct, offsets: readonly number[], by: bigint): ThriftStruct {
  return new Map(
    [...fields].map(([id, value]) =>
      value.kind === 'whole' && offsets.includes(id) && value.value > 0n
        ? [id, { ...value, value: value.value + by }]
        : [id, value],
    ),
  )
}

/** Fields replaced in their places. */
const withFields = (fields: ThriftStruct, changed: Readonly<Record<number, ThriftValue>>): ThriftStruct =>
  new Map([...fields].map(([id, value]) => [id, changed[id] ?? value]))

const fieldsOf = (value: ThriftValue): ThriftStruct => {
  if (value.kind === 'struct') return value.fields
  throw unlike()
}
const itemsOf = (value: ThriftValue | undefined): readonly ThriftValue[] => {
  if (value?.kind === 'list') return value.items
  throw unlike()
}
const wholeOf = (value: ThriftValue | undefined): bigint => {
  if (value?.kind === 'whole') return value.value
  throw unlike()
}
const unlike = () => new Error('unreachable: our own Parquet files have the footer of parquet.thrift')

function lengthOf(footer: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return length
}
