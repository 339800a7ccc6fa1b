import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Digest } from '@regia/core'
import { digestSchema } from '@regia/core'

/** How much of a file is held in memory at a time. */
export const READ_BYTES = 1 << 20

/** The digest of bytes in memory, by the platform's own SHA-256 (many times faster than the portable one). */
export const hashBytes = (bytes: Uint8Array): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)

/** The digest of a file, holding one megabyte of it at a time. @param sizeBytes - Where known: a small file is read at once, which costs less. */
export async function hashFile(path: string, sizeBytes = Number.POSITIVE_INFINITY): Promise<Digest> {
  if (sizeBytes <= READ_BYTES) return hashBytes(await readFile(path))
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) hash.update(chunk)
  return digestSchema.parse(`sha256:${hash.digest('hex')}`)
}
