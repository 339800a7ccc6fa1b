import { close, closeSync, fstatSync, fsync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { RegiaError } from '@regia/core'

const fsyncAsync = promisify(fsync)
const closeAsync = promisify(close)

/** After so many syncs without a write the file is let go of, and opened again when needed: a thousand quiet logs hold no descriptors. */
const QUIET_SYNCS = 30

/** The one segment of a log that grows. Its size counts only what was written whole. */
export class SegmentWriter {
  readonly path: string
  #fd: number | undefined
  #size: number
  #isDirty = false
  /** The file is new, and its name not yet forced to the disk. */
  #isUnnamed: boolean
  #quietSyncs = 0
  /** A failed write left bytes behind that could not be cut off: nothing more may be written here. */
  #isBroken = false

  constructor(path: string) {
    this.path = path
    const { fd, isNew } = openSegment(path)
    this.#fd = fd
    this.#isUnnamed = isNew
    this.#size = fstatSync(fd).size
    // One that holds something may rest for long; a new one gets its header at once.
    if (this.#size > 0) this.#letGo()
  }

  get size(): number {
    return this.#size
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  /**
   * Writes in one go. After a failure nothing of it is left behind.
   *
   * @throws RegiaError `LOG_WRITE_FAILED` when the disk is full or refuses.
   */
  write(bytes: Buffer): void {
    const fd = this.#open()
    try {
      let written = 0
      while (written < bytes.length) {
        written += writeSync(fd, bytes, written, bytes.length - written, this.#size + written)
      }
    } catch (cause) {
      this.#undo()
      throw writeFailed(this.path, cause)
    }
    this.#size += bytes.length
    this.#isDirty = true
  }

  truncate(size: number): void {
    const fd = this.#open()
    ftruncateSync(fd, size)
    fsyncSync(fd)
    this.#size = size
  }

  async sync(): Promise<void> {
    if (!this.#isDirty) {
      if (++this.#quietSyncs > QUIET_SYNCS) this.#letGo()
      return
    }
    const isUnnamed = this.#isUnnamed
    this.#isDirty = false
    this.#isUnnamed = false
    this.#quietSyncs = 0
    await fsyncAsync(this.#open())
    if (isUnnamed) await syncFolder(dirname(this.path))
  }

  async close(): Promise<void> {
    await this.sync()
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) await closeAsync(fd)
  }

  /** Closes a segment that could not be begun, and removes it. */
  discard(): void {
    this.#letGo()
    rmSync(this.path, { force: true })
  }

  #open(): number {
    this.#fd ??= openSegment(this.path).fd
    return this.#fd
  }

  #letGo(): void {
    if (this.#fd === undefined) return
    closeSync(this.#fd)
    this.#fd = undefined
  }

  #undo(): void {
    try {
      ftruncateSync(this.#open(), this.#size)
    } catch {
      this.#isBroken = true
    }
  }
}

function openSegment(path: string): { readonly fd: number; readonly isNew: boolean } {
  try {
    // "r+" would not create and "a" would ignore positions; a write must land exactly where the last whole one ended.
    return { fd: openSync(path, 'r+'), isNew: false }
  } catch (cause) {
    if (!isMissing(cause)) throw writeFailed(path, cause)
  }
  try {
    return { fd: openSync(path, 'wx+'), isNew: true }
  } catch (cause) {
    throw writeFailed(path, cause)
  }
}

/** So that a power cut cannot lose the name of a file whose content was forced to the disk. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const isMissing = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'

export function writeFailed(path: string, cause: unknown): RegiaError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RegiaError('LOG_WRITE_FAILED', `The prediction log could not be written: ${reason}.`, {
    cause,
    where: path,
    hint: 'Nothing of this request was kept, so that it can be sent again. Make room on the disk, or make the folder writable.',
  })
}
