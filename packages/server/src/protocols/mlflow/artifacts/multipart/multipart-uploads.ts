import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ArtifactTree, Clock } from '@regia/core'
import { piecePassed } from '@regia/engine'
import { doesNotExist, invalidParameter, MlflowError } from '../../wire/index.ts'

export type MultipartLimits = {
  /** The most that one file may have. */
  readonly maxBytes: number
  readonly maxParts: number
  readonly maxUploads: number
  /** How long an upload may wait for its next part. */
  readonly maxIdleMs: number
}
export const MULTIPART_LIMITS = { maxParts: 10_000, maxUploads: 100, maxIdleMs: 24 * 3_600_000 } as const

export type MultipartOptions = {
  readonly tree: ArtifactTree
  /** Emptied when it is opened: parts of an upload that nobody knows any more are of no use. */
  readonly folder: string
  readonly clock: Clock
  /** A text that nobody can guess: who knows it may send parts. */
  readonly newSecret: () => string
  readonly limits: MultipartLimits
}

export type SentPart = { readonly number: number; readonly etag: string }

type Part = { readonly file: string; readonly sizeBytes: number; readonly etag: string }
type Upload = {
  readonly path: string
  readonly partCount: number
  readonly folder: string
  readonly parts: Map<number, Part>
  lastMs: number
  /** Set once it is being put together; a repeated request waits for the same. */
  completed?: Promise<void>
}

/** Files that come in parts: the parts lie on the disk until all are there, then they become one file of the tree. */
export class MultipartUploads {
  readonly #options: MultipartOptions
  readonly #uploads = new Map<string, Upload>()
  readonly #emptied: Promise<void>

  constructor(options: MultipartOptions) {
    this.#options = options
    this.#emptied = rm(options.folder, { recursive: true, force: true })
  }

  /** @returns The id of the upload. @throws MlflowError where too many parts are announced or too many uploads are open. */
  async create(path: string, partCount: number): Promise<string> {
    const { limits, folder, newSecret, clock } = this.#options
    if (!Number.isSafeInteger(partCount) || partCount < 1 || partCount > limits.maxParts)
      throw invalidParameter(`Invalid num_parts ${partCount}: an upload has 1 to ${limits.maxParts} parts.`)
    await this.sweep()
    if (this.#uploads.size >= limits.maxUploads) {
      throw new MlflowError('REQUEST_LIMIT_EXCEEDED', `There are ${limits.maxUploads} unfinished multipart uploads.`)
    }
    const id = newSecret()
    const own = join(folder, newSecret())
    this.#uploads.set(id, { path, partCount, folder: own, parts: new Map(), lastMs: clock() })
    await mkdir(own, { recursive: true })
    return id
  }

  /** Keeps a part; one that is sent again replaces the first. @returns Its tag. */
  async putPart(id: string, number: number, bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const upload = this.#get(id)
    if (upload.completed) throw notFound(id)
    if (!Number.isSafeInteger(number) || number < 1 || number > upload.partCount)
      throw invalidParameter(`There is no part ${number}: the upload has ${upload.partCount}.`)
    const { newSecret, clock } = this.#options
    const etag = `"${newSecret()}"`
    const file = join(upload.folder, `${number}-${newSecret()}`)
    const part = { file, sizeBytes: await this.#write(upload, number, file, bytes), etag }
    // Meanwhile it may have been given up, or put together without this part.
    if (this.#uploads.get(id) !== upload || upload.completed) {
      await rm(file, { force: true })
      throw notFound(id)
    }
    const before = upload.parts.get(number)
    upload.parts.set(number, part)
    upload.lastMs = clock()
    if (before) await rm(before.file, { force: true })
    return etag
  }

  /** Puts the parts together. Repeated, it answers as the first time. @throws MlflowError where a part is missing or is not the one that was sent last. */
  async complete(id: string, path: string, sent: readonly SentPart[]): Promise<void> {
    const upload = this.#get(id)
    if (upload.path !== path) throw notFound(id)
    upload.completed ??= this.#join(upload, orderedParts(upload, sent))
    try {
      await upload.completed
      upload.lastMs = this.#options.clock()
    } catch (error) {
      delete upload.completed
      throw error
    }
  }

  /** One that is not there does no harm. */
  async abort(id: string): Promise<void> {
    const upload = this.#uploads.get(id)
    this.#uploads.delete(id)
    if (upload) await rm(upload.folder, { recursive: true, force: true })
  }

  /** Gives up what has waited too long. */
  async sweep(): Promise<void> {
    await this.#emptied
    const { clock, limits } = this.#options
    for (const [id, { lastMs }] of this.#uploads) if (clock() - lastMs > limits.maxIdleMs) await this.abort(id)
  }

  #get(id: string): Upload {
    const upload = this.#uploads.get(id)
    if (!upload) throw notFound(id)
    return upload
  }

  async #write(upload: Upload, number: number, file: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    const { maxBytes } = this.#options.limits
    const others = [...upload.parts].filter(([other]) => other !== number)
    let count = 0
    const room = maxBytes - others.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0)
    const limited = async function* () {
      for await (const piece of bytes) {
        count += piece.byteLength
        if (count > room) throw invalidParameter(`An artifact may have ${maxBytes} bytes; the parts have more.`)
        yield piece
        piecePassed(piece.byteLength)
      }
    }
    try {
      await pipeline(limited, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
      return count
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
  }

  async #join({ path, folder }: Upload, parts: readonly Part[]): Promise<void> {
    const whole = async function* () {
      for (const { file } of parts) yield* createReadStream(file, { highWaterMark: READ_BYTES })
    }
    await this.#options.tree.put(path, whole())
    // Its id is kept for a while, for who did not hear that it is complete.
    await rm(folder, { recursive: true, force: true })
  }
}

const READ_BYTES = 1 << 20

function orderedParts({ parts, partCount }: Upload, sent: readonly SentPart[]): readonly Part[] {
  if (sent.length !== partCount) throw invalidParameter(`The upload has ${partCount} parts; ${sent.length} are named.`)
  return sent.map(({ number, etag }, i) => {
    if (number !== i + 1) throw invalidParameter(`Part ${number} is named where part ${i + 1} belongs.`)
    const part = parts.get(number)
    if (!part) throw invalidParameter(`Part ${number} has not been sent.`)
    if (part.etag !== etag) throw invalidParameter(`Part ${number} is not the one that was sent last.`)
    return part
  })
}

const notFound = (id: string): MlflowError => doesNotExist(`Multipart upload with id=${id} not found`)
