import { createHash, randomUUID } from 'node:crypto'
import { copyFile, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Artifact, type CatalogEntry, type Digest, RegiaError, type RunId } from '@regia/core'
import { hashFile } from '@regia/engine'
import type { CatalogDeps } from './catalog-deps.ts'
import { isAddress } from './entry-source.ts'
import type { EntryPlace, FileEntry } from './place.ts'
import { assertFits } from './read-entry.ts'
import { resolveSavePath } from './save-path.ts'
import type { TableEntry } from './take-in-table.ts'

/** Who saves: a step of a run, which after a crash does the same again. */
export type SaveOrigin = { readonly runId: RunId; readonly step: string; readonly title: string }

/** What a save step made. */
export type Saved = {
  readonly value: { readonly entry: string } & Readonly<Record<string, string | number>>
  /** Nothing had to be written, and why. */
  readonly alreadyDone?: string
}

/** Puts an artifact where an entry says. The same again does nothing; what a crash cuts short leaves the old content whole. */
export async function saveEntry(
  deps: CatalogDeps,
  place: EntryPlace,
  artifact: Artifact,
  origin: SaveOrigin,
): Promise<Saved> {
  const { entry } = place
  switch (entry.kind) {
    case 'dataset':
      return saveDataset(deps, place, entry, artifact, origin)
    case 'model':
      throw new RegiaError('PIPELINE_INVALID', 'A model is not saved to the catalog.', {
        hint: `Use register('${entry.model}', model): the registry keeps versions, checks and lineage, and moves the alias.`,
      })
    case 'table':
      assertKind(artifact, 'table')
      return saveFile(deps, place, entry, origin, (staged) => stageTable(deps, entry, artifact.digest, staged))
    case 'file':
      assertKind(artifact, 'file')
      return saveFile(deps, place, entry, origin, async (staged) =>
        copyFile(await deps.blobs.localPath(artifact.digest), staged),
      )
    case 'json':
      if (artifact.kind !== 'report') assertKind(artifact, 'value')
      assertFits(artifact.value, entry)
      return saveFile(deps, place, entry, origin, (staged) =>
        writeFile(staged, `${JSON.stringify(artifact.value, null, 2)}\n`),
      )
  }
}

async function saveDataset(
  deps: CatalogDeps,
  place: EntryPlace,
  entry: Extract<CatalogEntry, { readonly kind: 'dataset' }>,
  artifact: Artifact,
  { runId, title }: SaveOrigin,
): Promise<Saved> {
  assertKind(artifact, 'table')
  if (entry.version !== undefined) {
    throw new RegiaError('PIPELINE_INVALID', `The entry is pinned to version ${entry.version}, which never changes.`, {
      hint: 'Save to an entry without a version; read the pinned one.',
    })
  }
  const origin = { sourceName: title, runId, description: entry.description }
  const { version, isNew } = await deps.datasets.keepTable(entry.dataset, artifact, origin)
  const value = { entry: place.name, dataset: entry.dataset, version: version.version }
  return isNew
    ? { value }
    : { value, alreadyDone: `Version ${version.version} of "${entry.dataset}" has this content.` }
}

function assertKind({ kind }: Artifact, wanted: Artifact['kind']): void {
  if (kind === wanted) return
  throw new RegiaError('PIPELINE_INVALID', `The entry keeps a ${wanted}, and the step gives it a ${kind}.`, {
    hint: `Save a ${wanted} there, or declare an entry of another kind for the ${kind}.`,
  })
}

/** Makes the file aside, compares it with what is there, and puts it into its place in one step. */
async function saveFile(
  deps: CatalogDeps,
  place: EntryPlace,
  entry: FileEntry,
  { runId, step }: SaveOrigin,
  stage: (path: string) => Promise<void>,
): Promise<Saved> {
  if (isAddress(entry.path)) {
    throw new RegiaError('PIPELINE_INVALID', 'An address can be read, not written.', {
      hint: 'Save to a path of the project or to a dataset.',
    })
  }
  const target = await resolveSavePath(entry.path, place.projectDir, deps.home)
  const folder = join(deps.home, 'tmp', `save-${randomUUID()}`)
  const staged = join(folder, entry.kind === 'table' ? `rows.${entry.format}` : 'content')
  try {
    await mkdir(folder, { recursive: true })
    await stage(staged)
    const digest = await hashFile(staged)
    const value = { entry: place.name, path: entry.path, digest, sizeBytes: (await stat(staged)).size }
    if (await hasContent(target, digest)) return { value, alreadyDone: `"${entry.path}" has this content already.` }
    await mkdir(dirname(target), { recursive: true })
    // The same name every time that this step of this run saves, so that what a crash leaves is written over and moved by the next try.
    const mark = createHash('sha256').update(`${runId} ${step}`).digest('hex').slice(0, 12)
    await putInPlace(staged, join(dirname(target), `.${basename(target)}.${mark}.partial`), target)
    return { value }
  } catch (error) {
    throw asSaveError(error, entry.path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const hasContent = async (path: string, digest: Digest): Promise<boolean> =>
  (await hashFile(path).catch(() => undefined)) === digest

/** Durable when it returns: content before name, then the name. */
async function putInPlace(staged: string, partial: string, target: string): Promise<void> {
  try {
    await copyFile(staged, partial)
    await sync(partial)
    await rename(partial, target)
    await sync(dirname(target))
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A Parquet entry gets the table's own bytes. @throws RegiaError `SCHEMA_VIOLATED` where rows break the entry's schema. */
async function stageTable(deps: CatalogDeps, entry: TableEntry, digest: Digest, staged: string): Promise<void> {
  const path = await deps.blobs.localPath(digest)
  if (entry.schema) await assertRows(deps, entry, path, `${staged}.valid`)
  if (entry.format === 'parquet') return copyFile(path, staged)
  await deps.worker.query({ sql: 'SELECT * FROM saved', tables: { saved: path }, outputPath: staged })
}

async function assertRows(
  { worker }: CatalogDeps,
  { schema, path }: TableEntry,
  from: string,
  to: string,
): Promise<void> {
  const { quarantinedRowCount, rowCount, reasons } = await worker.ingest({
    sourcePath: from,
    sourceName: 'saved.parquet',
    outputPath: `${to}.parquet`,
    quarantinePath: `${to}.quarantine.parquet`,
    ...(schema && { schema }),
  })
  if (quarantinedRowCount === 0) return
  const [first] = reasons
  throw new RegiaError(
    'SCHEMA_VIOLATED',
    `${quarantinedRowCount} of ${rowCount} rows do not fit the entry's schema: ${first?.reason}.`,
    { where: path, hint: 'Nothing was written. Mend what the step makes, or the schema in the catalog.' },
  )
}

/** What the file system says, in our words: anything else than an error of ours would leave the step without an end. */
function asSaveError(error: unknown, path: string): unknown {
  if (error instanceof RegiaError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code === undefined) return error
  return new RegiaError('HOME_NOT_WRITABLE', `"${path}" cannot be written (${code}).`, {
    where: path,
    hint: 'Give the user of the server the right to write there, and leave room on the disk. What was there before is unchanged.',
    cause: error,
  })
}
