import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RegiaError } from '@regia/core'
import { readSecret } from '../secrets/read-secret.ts'
import { type CatalogDeps, DEFAULT_LIMITS } from './catalog-deps.ts'
import { type FetchOptions, fetchAddress } from './fetch-address.ts'
import type { EntryPlace, FileEntry } from './place.ts'

/** A file on this machine with what an entry holds. */
export type EntrySource = {
  readonly path: string
  /** The name to speak of. */
  readonly name: string
  /** It was fetched for this once, and is gone afterwards. */
  readonly isTemporary: boolean
}

type SourceDeps = Pick<CatalogDeps, 'home' | 'variables' | 'allowsLoopback' | 'findFile' | 'limits'>

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

export const isAddress = (path: string): boolean => SCHEME.test(path)

/** Gives the work a file with the entry's content: the project's own, or one that is fetched and removed again. */
export async function withSource<Result>(
  deps: SourceDeps,
  place: EntryPlace,
  entry: FileEntry,
  work: (source: EntrySource) => Promise<Result>,
): Promise<Result> {
  if (!isAddress(entry.path)) {
    const path = await deps.findFile(entry.path, place.projectDir)
    return work({ path, name: basename(entry.path), isTemporary: false })
  }
  const folder = join(deps.home, 'tmp', `catalog-${randomUUID()}`)
  await mkdir(folder, { recursive: true })
  try {
    const path = join(folder, 'fetched')
    await fetchAddress(entry.path, path, await fetchOptions(deps, place, entry))
    return await work({ path, name: basename(new URL(entry.path).pathname) || 'fetched', isTemporary: true })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** With the secret, which is read now and lives in memory alone. */
export async function fetchOptions(deps: SourceDeps, place: EntryPlace, entry: FileEntry): Promise<FetchOptions> {
  const credentials = 'credentials' in entry ? entry.credentials : undefined
  const { variables, allowsLoopback } = deps
  const { maxFetchBytes, fetchTimeoutMs } = { ...DEFAULT_LIMITS, ...deps.limits }
  if (!URL.canParse(entry.path)) {
    throw new RegiaError('INVALID_INPUT', `"${entry.path}" is not an address.`, {
      where: entry.path,
      hint: 'Write a path inside the project, or an address that begins with https://.',
    })
  }
  const token =
    credentials &&
    (await readSecret(credentials, `catalog entry "${place.name}"`, { variables, projectDir: place.projectDir }))
  return { token, allowsLoopback, maxBytes: maxFetchBytes, timeoutMs: fetchTimeoutMs }
}
