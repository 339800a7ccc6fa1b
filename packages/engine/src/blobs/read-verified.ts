import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type Digest, digestSchema } from '@regia/core'
import { blobCorrupt } from './blob-errors.ts'
import { READ_BYTES } from './hash-file.ts'

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
  for await (const piece of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(piece)
    if (held) yield held
    held = piece
  }
  const got = digestSchema.parse(`sha256:${hash.digest('hex')}`)
  if (got !== digest) throw blobCorrupt(digest, path, got, sizeBytes)
  onSound()
  if (held) yield held
}
