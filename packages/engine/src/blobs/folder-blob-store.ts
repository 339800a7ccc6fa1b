import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { type Digest, RegiaError } from '@regia/core'
import { asWriteError, blobCorrupt, blobMissing, hasCode, isMissing, messageOf } from './blob-errors.ts'
import { blobFolder } from './blob-folder.ts'
import type { BlobInfo, BlobStore } from './blob-store.ts'
import { hashBytes, hashFile } from './hash-file.ts'
import { readPieces, readVerified } from './read-verified.ts'
import { sweepOld } from './sweep-old.ts'
import { writeHashed } from './write-hashed.ts'

/** Content that is put again counts as put at the time of the first put for so long: most puts then touch nothing. */
const RENEW_AFTER_MS = 10 * 60_000

/**
 * A store of content in a folder: `ROOT/sha256/ab/cdef…`, files read-only.
 *
 * A file is written under `ROOT/tmp`, synced and renamed, so that a crash leaves either all of it or nothing. `read` hashes what it
 * returns. `localPath` hashes a file when this process first uses it and again whenever its inode, size or times have changed. What a crash
 * left under `ROOT/tmp` goes a day later, when a store opens there.
 */
export function folderBlobStore(root: string, now: () => number = Date.now): BlobStore {
  const rootDir = resolve(root)
  const verified = new Map<Digest, string>()
  const { pathOf, bringBack, list, remove } = blobFolder(rootDir)
  // Nobody waits for it, and it never fails.
  void sweepOld(join(rootDir, 'tmp'), now())

  const stampOrBack = (digest: Digest) =>
    stampOf(pathOf(digest), digest).catch((error) => {
      if (bringBack(digest)) return stampOf(pathOf(digest), digest)
      throw error
    })

  const verify = async (digest: Digest): Promise<number> => {
    const path = pathOf(digest)
    const { stamp, sizeBytes } = await stampOrBack(digest)
    if (verified.get(digest) === stamp) return sizeBytes
    const got = await hashFile(path, sizeBytes)
    if (got !== digest) throw blobCorrupt(digest, path, got, sizeBytes)
    verified.set(digest, stamp)
    return sizeBytes
  }

  const isSound = async (digest: Digest): Promise<boolean> => {
    try {
      await verify(digest)
      return true
    } catch (error) {
      if (error instanceof RegiaError && ['BLOB_MISSING', 'BLOB_CORRUPT'].includes(error.code)) return false
      throw error
    }
  }

  /** Whether sound content is there; if so, it counts as put now. */
  const isKept = async (digest: Digest): Promise<boolean> => (await isSound(digest)) && renew(digest)

  const renew = async (digest: Digest): Promise<boolean> => {
    const path = pathOf(digest)
    try {
      const before = await stampOf(path, digest)
      if (now() - before.changedAt < RENEW_AFTER_MS) return true
      await touch(path, now())
      // A collection that took the file before the touch had made it fail; one that takes it now sees the new time and brings it back.
      if (verified.get(digest) === before.stamp) verified.set(digest, (await stampOf(path, digest)).stamp)
      return true
    } catch (error) {
      if (isMissing(error) || (error instanceof RegiaError && error.code === 'BLOB_MISSING'))
        return bringBack(digest) && renew(digest)
      throw error
    }
  }

  /** Makes a temporary file the blob, unless a sound one is there already. */
  const adopt = async (digest: Digest, temporary: string): Promise<void> => {
    if (await isKept(digest)) return rm(temporary, { force: true })
    const path = pathOf(digest)
    await mkdir(dirname(path), { recursive: true })
    // A file that was moved here still has the time at which it was written.
    await touch(temporary, now())
    await syncPath(temporary)
    await chmod(temporary, 0o444)
    await rename(temporary, path)
    // Its bytes were hashed on their way here, so the first who reads it need not do that again.
    verified.set(digest, (await stampOf(path, digest)).stamp)
    await syncPath(dirname(path))
  }

  const withTemporary = async (work: (path: string) => Promise<BlobInfo>): Promise<BlobInfo> => {
    const temporary = join(rootDir, 'tmp', randomUUID())
    try {
      await mkdir(dirname(temporary), { recursive: true })
      return await work(temporary)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw asWriteError(error, rootDir)
    }
  }

  return {
    put: async (bytes) => {
      const digest = hashBytes(bytes)
      const info = { digest, sizeBytes: bytes.byteLength }
      if (await isKept(digest)) return info
      return withTemporary(async (temporary) => {
        await writeWhole(temporary, bytes)
        await adopt(digest, temporary)
        return info
      })
    },
    putFile: async (path, options = {}) => {
      await assertReadableFile(path)
      return withTemporary(async (temporary) => {
        await bring(path, temporary, options.move ?? false)
        const { size } = await stat(temporary)
        const digest = await hashFile(temporary, size)
        await adopt(digest, temporary)
        return { digest, sizeBytes: size }
      })
    },
    putStream: (bytes) =>
      withTemporary(async (temporary) => {
        const info = await writeHashed(temporary, bytes)
        await adopt(info.digest, temporary)
        return info
      }),
    has: async (digest) => {
      try {
        return (await lstat(pathOf(digest))).isFile()
      } catch (error) {
        if (isMissing(error)) return bringBack(digest)
        throw error
      }
    },
    renew,
    sizeOf: verify,
    read: async (digest) => {
      const path = pathOf(digest)
      const bytes = await readFile(path).catch((error: unknown) => {
        if (isMissing(error) && bringBack(digest)) return readFile(path)
        throw isMissing(error) ? blobMissing(digest, path, error) : error
      })
      const got = hashBytes(bytes)
      if (got !== digest) throw blobCorrupt(digest, path, got, bytes.byteLength)
      return bytes
    },
    peek: async (digest, byteCount) => {
      await stampOf(pathOf(digest), digest)
      const file = await open(pathOf(digest))
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(byteCount), 0, byteCount, 0)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    stream: async (digest, range) => {
      const path = pathOf(digest)
      const { stamp, sizeBytes } = await stampOrBack(digest)
      if (range !== undefined || verified.get(digest) === stamp) {
        await verify(digest)
        return asStream(readPieces(path, range))
      }
      return asStream(readVerified(path, digest, sizeBytes, () => verified.set(digest, stamp)))
    },
    localPath: async (digest) => {
      await verify(digest)
      return pathOf(digest)
    },
    list,
    delete: async (digest, unlessPutSince) => {
      const isGone = remove(digest, unlessPutSince)
      if (isGone) verified.delete(digest)
      return isGone
    },
  }
}

const asStream = (pieces: AsyncIterable<Uint8Array>): Readable => Readable.from(pieces, { objectMode: false })

const touch = (path: string, ms: number): Promise<void> => utimes(path, ms / 1000, ms / 1000)

/** What changes whenever a file's content can have changed. A link that somebody laid in its place is not followed: it is no blob. */
async function stampOf(path: string, digest: Digest): Promise<{ stamp: string; sizeBytes: number; changedAt: number }> {
  try {
    const found = await lstat(path, { bigint: true })
    if (!found.isFile()) throw blobMissing(digest, path)
    const { ino, size, mtimeNs, ctimeNs } = found
    return { stamp: `${ino}/${size}/${mtimeNs}/${ctimeNs}`, sizeBytes: Number(size), changedAt: Number(mtimeNs) / 1e6 }
  } catch (error) {
    throw isMissing(error) ? blobMissing(digest, path, error) : error
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
  } finally {
    await file.close()
  }
}

/** Without the sync a power cut could leave a name with no content behind it. */
async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function bring(from: string, to: string, move: boolean): Promise<void> {
  if (move) {
    try {
      return await rename(from, to)
    } catch (error) {
      if (!hasCode(error, ['EXDEV'])) throw error
    }
  }
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  if (move) await rm(from)
}

async function assertReadableFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'r')
    const isFile = (await file.stat()).isFile()
    await file.close()
    if (isFile) return
  } catch (error) {
    throw new RegiaError('DATA_UNREADABLE', `Cannot read the file: ${messageOf(error)}.`, { where: path, cause: error })
  }
  throw new RegiaError('DATA_UNREADABLE', 'This is not a file.', { where: path, hint: 'Name a file, not a folder.' })
}
