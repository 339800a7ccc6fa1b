import { open, stat } from 'node:fs/promises'
import { type CatalogPreview, type Page, RegiaError, type Row } from '@regia/core'
import { DEFAULT_LIMITS } from './catalog-deps.ts'
import { isAddress } from './entry-source.ts'
import type { EntryPlace, FileEntry } from './place.ts'
import { findTable, type ReadDeps, readEntry } from './read-entry.ts'

type Window = { readonly limit: number; readonly offset: number }

const MAX_TEXT_BYTES = 64_000
const MAX_ROWS = 200

/** The beginning of what an entry holds, as a run that starts now would read it. @throws RegiaError as `readEntry`. */
export async function previewEntry(deps: ReadDeps, place: EntryPlace, window: Window): Promise<CatalogPreview> {
  const { entry } = place
  if (entry.kind === 'model') {
    const { version, package: manifest } = await deps.models.getVersion(entry.model, entry.version)
    return { value: { version, ...manifest } }
  }
  if (entry.kind !== 'dataset') await assertSmall(deps, place, entry)
  const { artifact } = await readEntry(deps, place)
  if (artifact.kind === 'value')
    return artifact.sizeBytes <= MAX_TEXT_BYTES ? { value: artifact.value } : cutText(artifact.value)
  if (artifact.kind === 'file') return { ...(await textOf(await deps.blobs.localPath(artifact.digest))) }
  const limit = Math.min(window.limit, MAX_ROWS)
  const page: Page<Row> = await deps.datasets.readRows(artifact.digest, limit, window.offset)
  return {
    columns: artifact.columns ?? [],
    rows: page.items.map((row) => ({ ...row })),
    rowCount: page.total ?? page.items.length,
  }
}

/** A large file that no run has read yet is not read for a look at its beginning. */
async function assertSmall(deps: ReadDeps, place: EntryPlace, entry: FileEntry): Promise<void> {
  const { maxPreviewBytes } = { ...DEFAULT_LIMITS, ...deps.limits }
  if (isAddress(entry.path)) return
  const path = await deps.findFile(entry.path, place.projectDir)
  const { size } = await stat(path)
  if (size <= maxPreviewBytes || (entry.kind === 'table' && (await findTable(deps, path, entry)))) return
  throw new RegiaError('PAYLOAD_TOO_LARGE', `The file has ${size} bytes and was not read by any run yet.`, {
    where: entry.path,
    hint: 'Run the pipeline once; what a run has read can be previewed.',
  })
}

const cutText = (value: unknown): CatalogPreview => ({ text: JSON.stringify(value, null, 2).slice(0, MAX_TEXT_BYTES) })

/** The beginning of a text; nothing of a file that is none. */
async function textOf(path: string): Promise<CatalogPreview> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_TEXT_BYTES), 0, MAX_TEXT_BYTES, 0)
    const bytes = buffer.subarray(0, bytesRead)
    if (bytes.includes(0)) return {}
    // As a stream: a character that the limit cuts in two is left out and does not make the text a broken one.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) }
  } catch (error) {
    if (error instanceof TypeError) return {}
    throw error
  } finally {
    await file.close()
  }
}
