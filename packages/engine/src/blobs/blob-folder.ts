import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestSchema } from '@regia/core'
import { isMissing } from './blob-errors.ts'
import type { ListedBlob } from './blob-store.ts'

/** How many files are asked for their size at once. */
const STATS_AT_ONCE = 64

/** Where the files of a folder store stand, and how they leave. */
export type BlobFolder = {
  readonly pathOf: (digest: Digest) => string
  readonly list: () => AsyncIterable<ListedBlob>
  /** Whether the file is gone. One that was touched since the given time stays. */
  readonly remove: (digest: Digest, unlessTouchedSince: number) => boolean
  /** Puts back what a removal that was cut short had set aside; whether there was such a thing. */
  readonly bringBack: (digest: Digest) => boolean
}

export function blobFolder(rootDir: string): BlobFolder {
  const pathOf = (digest: Digest) => join(rootDir, 'sha256', digest.slice(7, 9), digest.slice(9))
  const asidePath = (digest: Digest) => join(rootDir, 'leaving', digest.slice(7))
  const bringBack = (digest: Digest) => isMoved(asidePath(digest), pathOf(digest))
  return {
    pathOf,
    bringBack,
    list: async function* () {
      for (const name of await namesIn(join(rootDir, 'leaving'))) {
        const digest = digestSchema.safeParse(`sha256:${name}`).data
        if (digest !== undefined) bringBack(digest)
      }
      yield* listFiles(join(rootDir, 'sha256'))
    },
    // In one turn of the event loop, so that nobody else in this process sees the file set aside. First out of the way, then the look at
    // its time: another process that puts the same content either touched the file before, which shows now, or finds it gone and writes it anew.
    remove: (digest, unlessTouchedSince) => {
      mkdirSync(join(rootDir, 'leaving'), { recursive: true })
      if (!isMoved(pathOf(digest), asidePath(digest))) return true
      const touchedAt = statSync(asidePath(digest), { throwIfNoEntry: false })?.mtimeMs
      if (touchedAt !== undefined && touchedAt >= unlessTouchedSince) {
        bringBack(digest)
        return false
      }
      rmSync(asidePath(digest), { force: true })
      return true
    },
  }
}

function isMoved(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function* listFiles(folder: string): AsyncIterable<ListedBlob> {
  for (const prefix of await namesIn(folder)) {
    const names = await namesIn(join(folder, prefix))
    for (let start = 0; start < names.length; start += STATS_AT_ONCE) {
      const some = names.slice(start, start + STATS_AT_ONCE)
      const found = await Promise.all(some.map((name) => lookAt(join(folder, prefix, name), `sha256:${prefix}${name}`)))
      yield* found.filter((blob) => blob !== undefined)
    }
  }
}

/** Nothing for a file that is no blob, or that has gone meanwhile. */
async function lookAt(path: string, name: string): Promise<ListedBlob | undefined> {
  const digest = digestSchema.safeParse(name).data
  if (digest === undefined) return undefined
  try {
    const { size, mtimeMs } = await stat(path)
    return { digest, sizeBytes: size, keptAt: mtimeMs }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
