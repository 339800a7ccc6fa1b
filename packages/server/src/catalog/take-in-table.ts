import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestOfJson, toIso } from '@regia/core'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { CatalogDeps } from './catalog-deps.ts'
import type { EntrySource } from './entry-source.ts'
import type { FileEntry } from './place.ts'
import type { TakenIn } from './tables.ts'

export type TableEntry = Extract<FileEntry, { readonly kind: 'table' }>
type TakeDeps = Pick<CatalogDeps, 'database' | 'blobs' | 'worker' | 'clock' | 'home'>

/** Raised when ingestion makes something else of the same bytes. */
const INGESTION = 1

const tableKey = (source: Digest, { format, schema }: TableEntry): Digest =>
  digestOfJson({ ingestion: INGESTION, source, format, schema: schema ?? null })

/** What these bytes became before, under the entry's schema, where it is still kept. */
export async function findTakenIn(deps: TakeDeps, source: Digest, entry: TableEntry): Promise<TakenIn | undefined> {
  const row = await deps.database
    .selectFrom('catalog_table')
    .select('taken_in')
    .where('key', '=', tableKey(source, entry))
    .executeTakeFirst()
  const takenIn = row && decodeJson(row.taken_in)
  return takenIn && (await isKept(deps, takenIn)) ? takenIn : undefined
}

/** A collection of what nobody needs may have taken either, since nothing but a run keeps them. */
async function isKept({ blobs }: TakeDeps, { artifact, quarantineDigest }: TakenIn): Promise<boolean> {
  if (!(await blobs.renew(artifact.digest))) return false
  return quarantineDigest === undefined || blobs.renew(quarantineDigest)
}

/**
 * Takes in the rows of a file: valid ones as the table, broken ones into quarantine. The same bytes under the same schema are always the
 * same table, so that steps find their results in the cache.
 *
 * @throws RegiaError what the data engine finds wrong with the file.
 */
export async function takeIn(
  deps: TakeDeps,
  source: EntrySource,
  sourceDigest: Digest,
  entry: TableEntry,
): Promise<TakenIn> {
  const known = await findTakenIn(deps, sourceDigest, entry)
  if (known) return known
  const takenIn = await ingest(deps, source, entry)
  const row = { source_digest: sourceDigest, taken_in: encodeJson(takenIn), created_at: toIso(deps.clock()) }
  await deps.database
    .insertInto('catalog_table')
    .values({ key: tableKey(sourceDigest, entry), ...row })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute()
  return takenIn
}

async function ingest({ blobs, worker, home }: TakeDeps, source: EntrySource, entry: TableEntry): Promise<TakenIn> {
  const folder = join(home, 'tmp', `catalog-${randomUUID()}`)
  const outputPath = join(folder, 'rows.parquet')
  const quarantinePath = join(folder, 'quarantine.parquet')
  await mkdir(folder, { recursive: true })
  try {
    const result = await worker.ingest({
      sourcePath: source.path,
      sourceName: nameWithFormat(source.name, entry.format),
      outputPath,
      quarantinePath,
      ...(entry.schema && { schema: entry.schema }),
    })
    const { digest, sizeBytes } = await blobs.putFile(outputPath, { move: true })
    const quarantine = result.quarantinedRowCount > 0 ? await blobs.putFile(quarantinePath, { move: true }) : undefined
    const columns = result.columns.map(({ name, type }) => ({ name, type }))
    return {
      artifact: { kind: 'table', digest, sizeBytes, rowCount: result.validRowCount, columns },
      rowCount: result.rowCount,
      quarantinedRowCount: result.quarantinedRowCount,
      ...(quarantine && { quarantineDigest: quarantine.digest }),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const ENDINGS: { readonly [Format in TableEntry['format']]: RegExp } = {
  csv: /\.csv(\.gz)?$/i,
  jsonl: /\.(jsonl|ndjson)(\.gz)?$/i,
  parquet: /\.parquet$/i,
}

/** The engine judges by the name's ending; the entry's format counts. */
const nameWithFormat = (name: string, format: TableEntry['format']): string =>
  ENDINGS[format].test(name) ? name : `${name}.${format}`
