import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { digestSchema } from '@regia/core'
import type { BlobInfo } from './blob-store.ts'
import { piecePassed } from './piece-memory.ts'

/** Writes a stream to a new file and hashes it on the way: while one piece is written, it is hashed. */
export async function writeHashed(path: string, bytes: AsyncIterable<Uint8Array>): Promise<BlobInfo> {
  const file = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const piece of bytes) {
      const writing = writeAll(file, piece)
      hash.update(piece)
      sizeBytes += piece.byteLength
      await writing
      piecePassed(piece.byteLength)
    }
    return { digest: digestSchema.parse(`sha256:${hash.digest('hex')}`), sizeBytes }
  } finally {
    await file.close()
  }
}

/** A write may take only a part of what it is given. */
async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.byteLength; ) {
    const { bytesWritten } = await file.write(piece, done)
    done += bytesWritten
  }
}
