import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type Digest, digestSchema } from '@regia/core'
import { blobCorrupt } from './blob-errors.ts'
import type { BlobRange } from './blob-store.ts'
import { READ_BYTES } from './hash-file.ts'
import { piecePassed } from './piece-memory.ts'

/** The bytes of a file, or those from `first` to `last`, a megabyte at a time. */
export async function* readPieces(path: string, range?: BlobRange): AsyncIterable<Uint8Array> {
  const options = { ...(range && { start: range.first, end: range.last }), highWaterMark: READ_BYTES }
  for await (const piece of createReadStream(path, options)) {
    yield piece
    piecePassed(piece.byteLength)
  }
}

/**
 * The pieces of a file, hashed as they go out, in one pass. The last piece is held back until the digest is known, so that who gets all the bytes
 * has sound ones.
 *
 * @param onSound - Called when the content is what its digest says.
 * @throws RegiaError `BLOB_CORRUPT`.
 */
export async function* readVerified(
  path: string,
  digest: Digest,
  sizeBytes: number,
  onSound: () => void,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256')
  let held: Uint8Array | undefined
  for await (const piece of readPieces(path)) {
    hash.update(piece)
    if (held) yield held
    held = piece
  }
  const got = digestSchema.parse(`sha256:${hash.digest('hex')}`)
  if (got !== digest) throw blobCorrupt(digest, path, got, sizeBytes)
  onSound()
  if (held) yield held
}
