import { close, closeSync, fstatSync, fsync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { RegiaError } from '@regia/core'

const fsyncAsync = promisify(fsync)
const closeAsync = promisify(close)

/** The one segment of a log that grows. Its size counts only what was written whole. */
export class SegmentWriter {
  readonly path: string
  readonly #fd: number
  #size: number
  #isDirty = false
  /** A failed write left bytes behind that could not be cut off: nothing more may be written here. */
  #isBroken = false

  constructor(path: string) {
    this.path = path
    this.#fd = openSegment(path)
    this.#size = fstatSync(this.#fd).size
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
    try {
      let written = 0
      while (written < bytes.length) {
        written += writeSync(this.#fd, bytes, written, bytes.length - written, this.#size + written)
      }
    } catch (cause) {
      this.#undo()
      throw writeFailed(this.path, cause)
    }
    this.#size += bytes.length
    this.#isDirty = true
  }

  truncate(size: number): void {
    ftruncateSync(this.#fd, size)
    fsyncSync(this.#fd)
    this.#size = size
  }

  async sync(): Promise<void> {
    if (!this.#isDirty) return
    this.#isDirty = false
    await fsyncAsync(this.#fd)
  }

  async close(): Promise<void> {
    await this.sync()
    await closeAsync(this.#fd)
  }

  /** Closes a segment that could not be begun, and removes it. */
  discard(): void {
    closeSync(this.#fd)
    rmSync(this.path, { force: true })
  }

  #undo(): void {
    try {
      ftruncateSync(this.#fd, this.#size)
    } catch {
      this.#isBroken = true
    }
  }
}

function openSegment(path: string): number {
  try {
    // "r+" would not create and "a" would ignore positions; a write must land exactly where the last whole one ended.
    return openSync(path, 'r+')
  } catch (cause) {
    if (!isMissing(cause)) throw writeFailed(path, cause)
  }
  try {
    const fd = openSync(path, 'wx+')
    syncFolder(dirname(path))
    return fd
  } catch (cause) {
    throw writeFailed(path, cause)
  }
}

/** So that a power cut cannot lose the name of a file whose content was forced to the disk. */
function syncFolder(dir: string): void {
  const fd = openSync(dir, 'r')
  fsyncSync(fd)
  closeSync(fd)
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
