import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type CatalogItem, RegiaError } from '@regia/core'
import { fetchOptions, isAddress } from './entry-source.ts'
import { probeAddress } from './fetch-address.ts'
import type { EntryPlace, FileEntry } from './place.ts'
import { findTable, type ReadDeps } from './read-entry.ts'

/** What can be said of an entry without reading all of it. */
export type EntryFacts = Pick<CatalogItem, 'state' | 'version' | 'sizeBytes' | 'rowCount' | 'changedAt' | 'problem'>

const PROBE_MS = 5_000
/** Parquet says in its footer how many rows it has; other files would have to be read for that. */
const COUNTED = /\.parquet$/i

/** Looks whether there is something behind an entry. Never fails: what is wrong is its `problem`. */
export async function inspectEntry(deps: ReadDeps, place: EntryPlace): Promise<EntryFacts> {
  try {
    return await look(deps, place)
  } catch (error) {
    if (!(error instanceof RegiaError)) throw error
    const problem = [error.message, error.hint].filter(Boolean).join(' ')
    return { state: (await isMissing(error, place)) ? 'missing' : 'unreadable', problem }
  }
}

async function look(deps: ReadDeps, place: EntryPlace): Promise<EntryFacts> {
  const { entry } = place
  if (entry.kind === 'dataset') {
    const found = await deps.datasets.getVersion(entry.dataset, entry.version ?? 'latest')
    const { version, sizeBytes, validRowCount: rowCount, createdAt: changedAt } = found
    return { state: 'there', version, sizeBytes, rowCount, changedAt }
  }
  if (entry.kind === 'model') {
    const { version, createdAt: changedAt } = await deps.models.getVersion(entry.model, entry.version)
    const { sizeBytes } = await deps.models.getPackage(entry.model, String(version))
    return { state: 'there', version, sizeBytes, changedAt }
  }
  return isAddress(entry.path) ? lookAtAddress(deps, place, entry) : lookAtFile(deps, place, entry)
}

async function lookAtAddress(deps: ReadDeps, place: EntryPlace, entry: FileEntry): Promise<EntryFacts> {
  const options = await fetchOptions(deps, place, entry)
  return { state: 'there', ...(await probeAddress(entry.path, { ...options, timeoutMs: PROBE_MS })) }
}

async function lookAtFile(deps: ReadDeps, place: EntryPlace, entry: FileEntry): Promise<EntryFacts> {
  const path = await deps.findFile(entry.path, place.projectDir)
  const { size, mtime } = await stat(path)
  const rowCount = entry.kind === 'table' ? await knownRowCount(deps, path, entry) : undefined
  return {
    state: 'there',
    sizeBytes: size,
    changedAt: mtime.toISOString(),
    ...(rowCount !== undefined && { rowCount }),
  }
}

async function knownRowCount(
  deps: ReadDeps,
  path: string,
  entry: Extract<FileEntry, { readonly kind: 'table' }>,
): Promise<number | undefined> {
  const known = await findTable(deps, path, entry)
  if (known) return known.takenIn.artifact.rowCount
  return COUNTED.test(path) ? (await deps.worker.rows({ path, limit: 0 })).total : undefined
}

async function isMissing({ code, data }: RegiaError, { entry, projectDir }: EntryPlace): Promise<boolean> {
  if (code === 'NOT_FOUND') return true
  if (code !== 'DATA_UNREADABLE' || !('path' in entry)) return false
  if (isAddress(entry.path)) return data?.status === 404 || data?.status === 410
  return (await stat(resolve(projectDir, entry.path)).catch(() => undefined)) === undefined
}
