import { stat } from 'node:fs/promises'
import { type Clock, type Digest, RegiaError, toIso } from '@regia/core'
import type { Database } from '../database/database.ts'

/** A file as it looked from outside while its content was read. */
type Look = { readonly stamp: string; readonly changedMs: number }

/**
 * A file that was changed so shortly before it was read may change again without looking different: clocks of file systems tick in
 * milliseconds. (Git calls such an entry of its index "racily clean".)
 */
const DEFAULT_SETTLED_MS = 2_000
const MAX_TRIES = 3

/** The digest of a file, from memory where it looks as it did when it was last hashed. */
export class FileDigests {
  readonly #database: Database
  readonly #clock: Clock
  readonly #settledMs: number

  constructor(database: Database, clock: Clock, settledMs = DEFAULT_SETTLED_MS) {
    this.#database = database
    this.#clock = clock
    this.#settledMs = settledMs
  }

  /** What is known without reading the file. */
  async find(path: string): Promise<Digest | undefined> {
    const { stamp } = await lookAt(path)
    const row = await this.#database
      .selectFrom('catalog_file')
      .select(['stamp', 'digest'])
      .where('path', '=', path)
      .executeTakeFirst()
    return row?.stamp === stamp ? row.digest : undefined
  }

  /**
   * Reads a file while nobody else changes it.
   *
   * @param read - Reads all of it and gives the digest of what it read; called again where the file changed meanwhile.
   * @throws RegiaError `CONFLICT` where it changes every time.
   */
  async reading<Result extends { readonly digest: Digest }>(
    path: string,
    read: () => Promise<Result>,
  ): Promise<Result> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await lookAt(path)
      const result = await read()
      if ((await lookAt(path)).stamp !== before.stamp) continue
      // By the machine's own clock, which is what the file system's times come from.
      if (Date.now() - before.changedMs > this.#settledMs) await this.#remember(path, before.stamp, result.digest)
      return result
    }
    throw new RegiaError('CONFLICT', `The file was changed ${MAX_TRIES} times while it was read.`, {
      where: path,
      hint: 'Wait until it has been written, or write it under another name and rename it.',
    })
  }

  async #remember(path: string, stamp: string, digest: Digest): Promise<void> {
    const row = { stamp, digest, seen_at: toIso(this.#clock()) }
    await this.#database
      .insertInto('catalog_file')
      .values({ path, ...row })
      .onConflict((conflict) => conflict.column('path').doUpdateSet(row))
      .execute()
  }
}

async function lookAt(path: string): Promise<Look> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  const changedNs = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  return { stamp: `${ino}/${size}/${mtimeNs}/${ctimeNs}`, changedMs: Number(changedNs / 1_000_000n) }
}
