import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { joinParquet } from './join-parquet.ts'

const COPY_BYTES = 4 << 20

/** Puts files one after the other into one, as bytes: nothing is read as rows again. It gets its name when it is whole and on the disk. */
export async function joinParts(parts: readonly string[], outputPath: string): Promise<void> {
  await mkdir(dirname(outputPath), { recursive: true })
  const partial = join(dirname(outputPath), `.partial-${basename(outputPath)}`)
  try {
    const output = await open(partial, 'w')
    try {
      if (/\.parquet$/i.test(outputPath)) await joinParquet(parts, output)
      else for (const part of parts) await copyBytes(part, 0, (await stat(part)).size, output)
      await output.sync()
    } finally {
      await output.close()
    }
    await rename(partial, outputPath)
  } finally {
    await rm(partial, { force: true })
  }
}

/** Appends the bytes of a file from `from` until before `until`. */
export async function copyBytes(path: string, from: number, until: number, output: FileHandle): Promise<void> {
  const input = await open(path)
  const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, Math.max(1, until - from)))
  try {
    for (let at = from; at < until; ) {
      const { bytesRead } = await input.read(buffer, 0, Math.min(buffer.length, until - at), at)
      if (bytesRead === 0) throw new Error(`unreachable: "${path}" ended at ${at} of ${until} bytes`)
      await output.writeFile(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  } finally {
    await input.close()
  }
}
