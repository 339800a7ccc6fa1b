import { readFile, stat } from 'node:fs/promises'
import { type Artifact, type CatalogRead, canonicalJson, digestOf, jsonSchemaFault, RegiaError } from '@regia/core'
import { hashFile } from '@regia/engine'
import { type CatalogDeps, DEFAULT_LIMITS } from './catalog-deps.ts'
import { type EntrySource, isAddress, withSource } from './entry-source.ts'
import type { FileDigests } from './file-digest.ts'
import { type EntryPlace, type FileEntry, targetOf } from './place.ts'
import type { TakenIn } from './tables.ts'
import { findTakenIn, type TableEntry, takeIn } from './take-in-table.ts'

/** What an entry held: what steps get, and what the run says that it read. */
export type EntryContent = {
  readonly artifact: Artifact
  readonly read: CatalogRead
  readonly dataset?: { readonly name: string; readonly version: number }
}

export type ReadDeps = CatalogDeps & { readonly files: FileDigests }

/** Fixes what an entry holds now. @throws RegiaError of the source, not yet saying whose it is. */
export async function readEntry(deps: ReadDeps, place: EntryPlace): Promise<EntryContent> {
  const { entry } = place
  switch (entry.kind) {
    case 'table':
      return readTable(deps, place, entry)
    case 'file':
      return readPlainFile(deps, place, entry)
    case 'json':
      return readJson(deps, place, entry)
    case 'dataset': {
      const {
        version,
        digest,
        sizeBytes,
        validRowCount: rowCount,
        columns,
      } = await deps.datasets.getVersion(entry.dataset, entry.version ?? 'latest')
      const artifact: Artifact = { kind: 'table', digest, sizeBytes, rowCount, columns }
      const from = `${entry.dataset}@${version}`
      return { artifact, dataset: { name: entry.dataset, version }, read: readOf(place, artifact, { from, rowCount }) }
    }
    case 'model': {
      const { version } = await deps.models.getVersion(entry.model, entry.version)
      const artifact = await deps.models.getPackage(entry.model, String(version))
      return { artifact, read: readOf(place, artifact, { from: `${entry.model}@${version}` }) }
    }
  }
}

const readOf = ({ name, entry }: EntryPlace, { digest }: Artifact, more: Partial<CatalogRead> = {}): CatalogRead => ({
  entry: name,
  kind: entry.kind,
  from: targetOf(entry),
  digest,
  ...more,
})

async function readTable(deps: ReadDeps, place: EntryPlace, entry: TableEntry): Promise<EntryContent> {
  const { digest: sourceDigest, takenIn } = await withSource(deps, place, entry, (source) =>
    takeSource(deps, source, entry),
  )
  const { artifact, rowCount, quarantinedRowCount, quarantineDigest } = takenIn
  const read = readOf(place, artifact, {
    sourceDigest,
    rowCount,
    quarantinedRowCount,
    ...(quarantineDigest && { quarantineDigest }),
  })
  return { artifact, read }
}

async function takeSource(deps: ReadDeps, source: EntrySource, entry: TableEntry) {
  const known = source.isTemporary ? undefined : await findTable(deps, source.path, entry)
  if (known) return known
  const read = async () => {
    const digest = await hashFile(source.path)
    return { digest, takenIn: await takeIn(deps, source, digest, entry) }
  }
  return source.isTemporary ? read() : deps.files.reading(source.path, read)
}

/** What a file of the project became, where it looks as it did then: nothing of it is read. */
export async function findTable(
  deps: ReadDeps,
  path: string,
  entry: TableEntry,
): Promise<{ readonly digest: TakenIn['artifact']['digest']; readonly takenIn: TakenIn } | undefined> {
  const digest = await deps.files.find(path)
  const takenIn = digest && (await findTakenIn(deps, digest, entry))
  return takenIn && { digest, takenIn }
}

type PlainEntry = Extract<FileEntry, { readonly kind: 'file' }>

async function readPlainFile(deps: ReadDeps, place: EntryPlace, entry: PlainEntry): Promise<EntryContent> {
  const { digest, sizeBytes } = await withSource(deps, place, entry, async (source) => {
    if (source.isTemporary) return deps.blobs.putFile(source.path, { move: true })
    const known = await deps.files.find(source.path)
    if (known && (await deps.blobs.renew(known))) return { digest: known, sizeBytes: (await stat(source.path)).size }
    return deps.files.reading(source.path, () => deps.blobs.putFile(source.path))
  })
  const { mediaType } = entry
  const artifact: Artifact = { kind: 'file', digest, sizeBytes, ...(mediaType !== undefined && { mediaType }) }
  return { artifact, read: readOf(place, artifact, { sourceDigest: digest }) }
}

type JsonEntry = Extract<FileEntry, { readonly kind: 'json' }>

async function readJson(deps: ReadDeps, place: EntryPlace, entry: JsonEntry): Promise<EntryContent> {
  const { maxJsonBytes } = { ...DEFAULT_LIMITS, ...deps.limits }
  return withSource(deps, place, entry, async ({ path }) => {
    const { size } = await stat(path)
    if (size > maxJsonBytes) throw tooLargeJson(entry.path, size, maxJsonBytes)
    const bytes = await readFile(path)
    const value = parseJson(bytes.toString(), entry.path)
    assertFits(value, entry)
    const text = canonicalJson(value)
    const artifact: Artifact = { kind: 'value', digest: digestOf(text), sizeBytes: Buffer.byteLength(text), value }
    return { artifact, read: readOf(place, artifact, { sourceDigest: digestOf(bytes) }) }
  })
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RegiaError('DATA_UNREADABLE', `"${path}" is no JSON: ${why}.`, {
      where: path,
      hint: isAddress(path) ? 'Name an address that answers with JSON.' : 'Mend the file.',
      cause,
    })
  }
}

/** @throws RegiaError `SCHEMA_VIOLATED` naming what in the value does not fit. */
export function assertFits(value: unknown, { schema, path }: JsonEntry): void {
  if (schema === undefined) return
  const fault = jsonSchemaFault(schema, value)
  if (fault === undefined) return
  throw new RegiaError('SCHEMA_VIOLATED', `The value does not fit the entry's schema: ${fault}.`, {
    where: path,
    hint: 'Mend the value, or the schema in the catalog.',
  })
}

const tooLargeJson = (path: string, size: number, maximum: number) =>
  new RegiaError('PAYLOAD_TOO_LARGE', `The JSON has ${size} bytes; at most ${maximum} travel as a value.`, {
    where: path,
    hint: 'Make the entry a file, or a table of JSON lines.',
  })
