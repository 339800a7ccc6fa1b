import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { addColumns } from '../../data/parquet/index.ts'

const COPY_BYTES = 4 << 20

export type JoinPartsRequest = {
  readonly parts: readonly string[]
  readonly outputPath: string
  /** What it throws leaves nothing behind. */
  readonly beforeNaming: () => Promise<void>
  /** Where parts are Parquet with scores alone: the file whose columns come before them, and those of it to keep. */
  readonly beside?: { readonly path: string; readonly keep: readonly string[] }
}

/** Puts parts one after the other into one file, as bytes: nothing is read as rows again. It gets its name when it is whole and on the disk. */
export async function joinParts({ parts, outputPath, beforeNaming, beside }: JoinPartsRequest): Promise<void> {
  await mkdir(dirname(outputPath), { recursive: true })
  const partial = join(dirname(outputPath), `.partial-${basename(outputPath)}`)
  try {
    const output = await open(partial, 'w')
    try {
      if (beside) await addColumns({ sourcePath: beside.path, keep: beside.keep, addedPaths: parts, output })
      else for (const part of parts) await append(part, output)
      await output.sync()
    } finally {
      await output.close()
    }
    await beforeNaming()
    await rename(partial, outputPath)
  } finally {
    await rm(partial, { force: true })
  }
}

async function append(path: string, output: FileHandle): Promise<void> {
  const input = await open(path)
  const buffer = Buffer.allocUnsafe(COPY_BYTES)
  try {
    for (;;) {
      const { bytesRead } = await input.read(buffer, 0, buffer.length)
      if (bytesRead === 0) return
      await output.writeFile(buffer.subarray(0, bytesRead))
    }
  } finally {
    await input.close()
  }
}
