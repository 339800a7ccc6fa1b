import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Digest } from '@regia/core'
import { digestSchema } from '@regia/core'

const READ_BYTES = 1 << 20

/** The digest of bytes in memory, by the platform's own SHA-256 (many times faster than the portable one). */
export const hashBytes = (bytes: Uint8Array): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)

/** The digest of a file, holding one megabyte of it at a time. */
export async function hashFile(path: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) hash.update(chunk)
  return digestSchema.parse(`sha256:${hash.digest('hex')}`)
}
