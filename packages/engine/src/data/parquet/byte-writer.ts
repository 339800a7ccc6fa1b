import type { FileHandle } from 'node:fs/promises'
import type { Bytes } from './parquet-fields.ts'

const COPY_BYTES = 4 << 20

/** Appends to a file, and knows the place where it is. */
export type ByteWriter = {
  readonly place: () => number
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly copy: (source: FileHandle, bytes: Bytes) => Promise<void>
}

export function byteWriter(output: FileHandle): ByteWriter {
  let place = 0
  let buffer: Buffer | undefined
  const write = async (bytes: Uint8Array): Promise<void> => {
    await output.writeFile(bytes)
    place += bytes.length
  }
  return {
    place: () => place,
    write,
    copy: async (source, { from, until }) => {
      buffer ??= Buffer.allocUnsafe(COPY_BYTES)
      for (let at = from; at < until; ) {
        const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, until - at), at)
        if (bytesRead === 0) throw new Error(`unreachable: a file ended at ${at} of ${until} bytes`)
        await write(buffer.subarray(0, bytesRead))
        at += bytesRead
      }
    },
  }
}
