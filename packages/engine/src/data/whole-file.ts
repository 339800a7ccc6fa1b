import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RegiaError } from '@regia/core'

/**
 * Writes a file under another name and gives it its own only when it is whole, so that a failure leaves no half of one.
 *
 * @param write - Receives the path to write to; it has the same ending, which says the format.
 * @throws RegiaError `HOME_NOT_WRITABLE` when the folder cannot be made.
 */
export async function writeWhole<Result>(path: string, write: (partial: string) => Promise<Result>): Promise<Result> {
  const partial = await partialPath(path)
  try {
    const result = await write(partial)
    await giveName(partial, path)
    return result
  } finally {
    await rm(partial, { force: true })
  }
}

/** @throws RegiaError `HOME_NOT_WRITABLE` when a folder stands in the file's place, or the folder is read-only. */
export async function giveName(partial: string, path: string): Promise<void> {
  await rename(partial, path).catch((cause: unknown) => {
    throw notWritable('The file cannot be given its name.', path, cause)
  })
}

/** Where a file stands until it is whole: beside its place, so that renaming it copies nothing. Its folder is made. */
export async function partialPath(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw notWritable('The folder of the file to write cannot be made.', dirname(path), cause)
  })
  return join(dirname(path), `.partial-${basename(path)}`)
}

const notWritable = (fault: string, where: string, cause: unknown): RegiaError =>
  new RegiaError('HOME_NOT_WRITABLE', fault, {
    where,
    hint: 'Choose another place, or give the user of this process the right to write there.',
    cause,
  })
