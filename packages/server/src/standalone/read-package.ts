import { readFile } from 'node:fs/promises'
import { type Digest, RegiaError } from '@regia/core'
import { hashBytes, type OpenedPackage, packageInFile, readModelPackage } from '@regia/engine'

/** A package from its bytes or its file, verified. @throws RegiaError `MODEL_INVALID`, `NOT_FOUND`. */
export async function readPackage(
  source: Uint8Array | string,
): Promise<{ readonly opened: OpenedPackage; readonly packageDigest: Digest }> {
  const { bytes } = packageInFile(typeof source === 'string' ? await readBytes(source) : source)
  return { opened: readModelPackage(bytes), packageDigest: hashBytes(bytes) }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new RegiaError('NOT_FOUND', 'The model package cannot be read.', {
      cause,
      where: path,
      hint: 'Check the path; a package is the zip that "regia models package" writes.',
    })
  }
}
