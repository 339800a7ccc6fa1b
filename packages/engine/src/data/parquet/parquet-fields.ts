import { open } from 'node:fs/promises'
import type { ThriftStruct, ThriftValue } from './compact-thrift.ts'
import { CHUNK, ELEMENT, FILE, GROUP, MAGIC, METADATA, type ParquetFooter, readFooter } from './footer.ts'
import { fieldsOf, itemsOf, textOf, wholeOf } from './thrift-values.ts'

/** A column of a file as its reader sees it. One that holds lists or structs has several leaves, each with a chunk in every row group. */
export type ParquetField = {
  readonly name: string
  /** Its part of the schema, which is a tree laid out depth first. */
  readonly elements: readonly ThriftValue[]
  /** The place of its first chunk in a row group. */
  readonly firstLeaf: number
  readonly leafCount: number
}

/** The columns of a file, in order. */
export function parquetFields(footer: ThriftStruct): readonly ParquetField[] {
  const elements = itemsOf(footer.get(FILE.schema))
  const found: ParquetField[] = []
  let leaf = 0
  for (let at = 1; at < elements.length; ) {
    const until = endOf(elements, at)
    const own = elements.slice(at, until)
    const leafCount = own.filter((element) => childCountOf(element) === 0).length
    found.push({ name: textOf(fieldsOf(own[0]).get(ELEMENT.name)), elements: own, firstLeaf: leaf, leafCount })
    leaf += leafCount
    at = until
  }
  return found
}

/** Behind an element and all below it. */
function endOf(elements: readonly ThriftValue[], at: number): number {
  let end = at + 1
  for (let left = childCountOf(elements[at]); left > 0; left--) end = endOf(elements, end)
  return end
}

function childCountOf(element: ThriftValue | undefined): number {
  const count = fieldsOf(element).get(ELEMENT.childCount)
  return count ? wholeOf(count) : 0
}

/** Bytes of a file, from `from` until before `until`. */
export type Bytes = { readonly from: number; readonly until: number }

/** Where the pages of a chunk stand; `data` is where those behind the dictionary begin. */
export function pagesOf(chunk: ThriftValue): Bytes & { readonly data: number } {
  const metadata = fieldsOf(fieldsOf(chunk).get(CHUNK.metadata))
  const data = wholeOf(metadata.get(METADATA.dataPage))
  const dictionary = metadata.get(METADATA.dictionaryPage)
  const first = dictionary ? wholeOf(dictionary) : 0
  // Some writers say 0, or the place of the data, where there is none.
  const from = first > 0 && first < data ? first : data
  return { from, until: from + wholeOf(metadata.get(METADATA.compressedBytes)), data }
}

/**
 * Whether the columns of a file can be taken over chunk by chunk without unpacking them: it is read by the names that it says, nothing is
 * encrypted or in other files, and every chunk lies where it says.
 *
 * @param columns - All columns, by the names that a reader sees; they are others where a path or a second column of a name adds to them.
 */
export async function isCopyable(path: string, columns: readonly string[]): Promise<boolean> {
  const file = await open(path)
  try {
    const footer = await readFooter(file)
    const names = parquetFields(footer.fields).map(({ name }) => name)
    return (
      names.length === columns.length &&
      names.every((name, i) => name === columns[i]) &&
      !saysWrongSizes(footer.fields) &&
      itemsOf(footer.fields.get(FILE.rowGroups)).every((group) => hasPlainChunks(group, footer))
    )
  } catch {
    // Whoever reads it says what is wrong with it.
    return false
  } finally {
    await file.close()
  }
}

/** Early writers left the dictionary's header out of a chunk's size (PARQUET-816). */
function saysWrongSizes(footer: ThriftStruct): boolean {
  const createdBy = footer.get(FILE.createdBy)
  return createdBy !== undefined && /^parquet-(mr|cpp) version 1\.[0-2]\./.test(textOf(createdBy))
}

const hasPlainChunks = (group: ThriftValue, { start }: ParquetFooter): boolean =>
  itemsOf(fieldsOf(group).get(GROUP.columns)).every((chunk) => {
    const found = fieldsOf(chunk)
    if (found.has(CHUNK.file) || found.has(CHUNK.crypto) || found.has(CHUNK.encryptedMetadata)) return false
    const { from, until } = pagesOf(chunk)
    return from >= MAGIC.length && until >= from && until <= start
  })
