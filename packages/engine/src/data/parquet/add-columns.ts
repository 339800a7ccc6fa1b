import { type FileHandle, open } from 'node:fs/promises'
import { type AddedGroup, addedGroups, dictionaryBytes, metadataOf } from './added-groups.ts'
import { type ByteWriter, byteWriter } from './byte-writer.ts'
import type { ThriftStruct, ThriftValue } from './compact-thrift.ts'
import { FILE, footerBytes, GROUP, MAGIC, METADATA, readFooter } from './footer.ts'
import { groupOf, joinedFooter, movedChunk, withMetadata } from './moved-chunks.ts'
import { type Bytes, type ParquetField, pagesOf, parquetFields } from './parquet-fields.ts'
import { fieldsOf, int64, itemsOf, wholeOf } from './thrift-values.ts'

export type AddColumnsRequest = {
  /** A file for which `isCopyable` holds. */
  readonly sourcePath: string
  /** Its columns to take over. */
  readonly keep: readonly string[]
  /** Files of `parquetOfColumns`: together they have the source's rows, and no row group of theirs goes over the end of one of its. */
  readonly addedPaths: readonly string[]
  readonly output: FileHandle
}

/**
 * Puts columns beside those of a Parquet file, in its row groups. Pages are copied as they are: nothing is unpacked, so it costs what
 * copying the file does. Indexes, bloom filters, the order that rows are said to have and the writer's own notes are left out.
 */
export async function addColumns({ sourcePath, keep, addedPaths, output }: AddColumnsRequest): Promise<void> {
  const source = await open(sourcePath)
  const added = addedGroups(addedPaths)
  try {
    const { fields } = await readFooter(source)
    const kept = parquetFields(fields).filter(({ name }) => keep.includes(name))
    const out = byteWriter(output)
    await out.write(MAGIC)
    const groups: ThriftStruct[] = []
    for (const group of itemsOf(fields.get(FILE.rowGroups)).map(fieldsOf)) {
      const rowCount = wholeOf(group.get(GROUP.rowCount))
      if (rowCount === 0) continue
      const start = out.place()
      const copied = await copyChunks(source, chunksOf(group, kept), out)
      const joined = await joinChunks(await added.take(rowCount), out)
      groups.push(groupOf([...copied, ...joined], rowCount, start, groups.length))
    }
    await out.write(footerBytes(joinedFooter(fields, kept, added.schema(), groups)))
  } finally {
    await added.close()
    await source.close()
  }
}

function chunksOf(group: ThriftStruct, fields: readonly ParquetField[]): readonly ThriftValue[] {
  const chunks = itemsOf(group.get(GROUP.columns))
  return fields.flatMap(({ firstLeaf, leafCount }) => chunks.slice(firstLeaf, firstLeaf + leafCount))
}

/** Neighbours are copied together. */
async function copyChunks(
  source: FileHandle,
  chunks: readonly ThriftValue[],
  out: ByteWriter,
): Promise<readonly ThriftStruct[]> {
  let end = out.place()
  let run: Bytes = { from: 0, until: 0 }
  const moved: ThriftStruct[] = []
  for (const chunk of chunks) {
    const { from, until } = pagesOf(chunk)
    moved.push(movedChunk(fieldsOf(chunk), end - from))
    end += until - from
    if (from === run.until) {
      run = { from: run.from, until }
      continue
    }
    await out.copy(source, run)
    run = { from, until }
  }
  await out.copy(source, run)
  return moved
}

/** Each computed column's chunks as one. All have the same dictionary, which stays with the first. */
async function joinChunks(parts: readonly AddedGroup[], out: ByteWriter): Promise<readonly ThriftStruct[]> {
  const joined: ThriftStruct[] = []
  for (const [column, first] of (parts[0]?.chunks ?? []).entries()) {
    const place = out.place()
    let [valueCount, totalBytes] = [0, 0]
    for (const { file, chunks } of parts) {
      const chunk = chunks[column]!
      const { from, until, data } = pagesOf(chunk)
      const isFirst = chunk === first
      await out.copy(file, { from: isFirst ? from : data, until })
      valueCount += metadataOf(chunk, METADATA.valueCount)
      totalBytes += metadataOf(chunk, METADATA.totalBytes) - (isFirst ? 0 : await dictionaryBytes(file, chunk))
    }
    joined.push(
      withMetadata(movedChunk(fieldsOf(first), place - pagesOf(first).from), {
        [METADATA.valueCount]: int64(valueCount),
        [METADATA.totalBytes]: int64(totalBytes),
        [METADATA.compressedBytes]: int64(out.place() - place),
      }),
    )
  }
  return joined
}
