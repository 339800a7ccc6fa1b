import { type FileHandle, open } from 'node:fs/promises'
import { readThriftStruct, type ThriftStruct, type ThriftValue } from './compact-thrift.ts'
import { CHUNK, FILE, GROUP, type METADATA, readFooter } from './footer.ts'
import { pagesOf } from './parquet-fields.ts'
import { fieldsOf, itemsOf, wholeOf } from './thrift-values.ts'

/** A row group of a file of computed columns. */
export type AddedGroup = {
  readonly file: FileHandle
  readonly rowCount: number
  readonly chunks: readonly ThriftValue[]
}

/** Row groups of several files, one after another. */
export type AddedGroups = {
  /** The next ones, that have so many rows together. What was taken before is closed. */
  readonly take: (rowCount: number) => Promise<readonly AddedGroup[]>
  readonly schema: () => ThriftStruct
  readonly close: () => Promise<void>
}

export function addedGroups(paths: readonly string[]): AddedGroups {
  const left = paths[Symbol.iterator]()
  const files: FileHandle[] = []
  let waiting: AddedGroup[] = []
  let schema: ThriftStruct | undefined
  const close = async (files: readonly FileHandle[]): Promise<void> => {
    for (const file of files) await file.close()
  }
  const openNext = async (): Promise<void> => {
    const { value: path, done } = left.next()
    if (done) throw new Error('unreachable: files of computed columns have fewer rows than their source')
    const file = await open(path)
    files.push(file)
    const { fields } = await readFooter(file)
    schema ??= fields
    const groups = itemsOf(fields.get(FILE.rowGroups)).map(fieldsOf)
    waiting = groups.map((group) => ({
      file,
      rowCount: wholeOf(group.get(GROUP.rowCount)),
      chunks: itemsOf(group.get(GROUP.columns)),
    }))
  }
  return {
    take: async (rowCount) => {
      // All but the newest were read to their ends.
      await close(files.splice(0, files.length - 1))
      const taken: AddedGroup[] = []
      for (let count = 0; count < rowCount; ) {
        const group = waiting.shift()
        if (!group) {
          await openNext()
          continue
        }
        count += group.rowCount
        if (count > rowCount) throw new Error('unreachable: a row group of computed columns goes over the end of one')
        taken.push(group)
      }
      return taken
    },
    schema: () => {
      if (!schema) throw new Error('unreachable: a scoring has at least one part')
      return schema
    },
    close: () => close(files.splice(0)),
  }
}

/** What the dictionary at the head of a chunk is counted with in its size when unpacked; 0 where there is none. */
export async function dictionaryBytes(file: FileHandle, chunk: ThriftValue): Promise<number> {
  const { from, data } = pagesOf(chunk)
  if (from === data) return 0
  const page = Buffer.alloc(data - from)
  await file.read(page, 0, page.length, from)
  const header = readThriftStruct(page)
  const [unpacked, packed] = [wholeOf(header.get(2)), wholeOf(header.get(3))]
  return page.length - packed + unpacked
}

/** What a chunk's metadata say: `field` is one of METADATA. */
export const metadataOf = (chunk: ThriftValue, field: (typeof METADATA)[keyof typeof METADATA]): number =>
  wholeOf(fieldsOf(fieldsOf(chunk).get(CHUNK.metadata)).get(field))
