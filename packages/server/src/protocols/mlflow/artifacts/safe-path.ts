import { invalidParameter } from '../wire/index.ts'

const MAX_ROUNDS = 10

/**
 * A relative path as a client of the protocol wrote it, decoded until nothing is left to decode. Refused at any stage where it names a place
 * outside, a fragment, or something that means more on another system.
 *
 * @param written - As it came; the framework has decoded it once where it stood in an address.
 * @returns The path without empty parts and `.`; `""` where nothing is left.
 * @throws MlflowError `Invalid path`.
 */
export function safePath(written: string): string {
  let path = written
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    assertSafe(path)
    const decoded = decodeOnce(path)
    if (decoded === path) return plain(path)
    path = decoded
  }
  throw invalidPath()
}

/** A path that may be absent or empty, which means the folder itself. */
export const safeFolder = (written: string | undefined): string => (written ? safePath(written) : '')

/** @throws MlflowError `Invalid path` also for an empty one. */
export function safeFile(written: string): string {
  const path = safePath(written)
  if (path === '' || written.endsWith('/')) throw invalidPath()
  return path
}

export const joinPath = (folder: string, path: string): string =>
  folder === '' || path === '' ? folder + path : `${folder}/${path}`

function assertSafe(path: string): void {
  if (/[#\\\0]/.test(path) || !path.isWellFormed()) throw invalidPath()
  if (path.startsWith('/') || /^file:/i.test(path)) throw invalidPath()
  // A drive stands for itself; in front of a name it is but a letter and a colon, as in the name of a tensor.
  if (path.split('/').some((part) => part === '..' || /^[a-z]:$/i.test(part))) throw invalidPath()
}

const plain = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

/** What is no encoding stays as it is. */
const decodeOnce = (text: string): string => text.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun)

function decodeRun(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

const invalidPath = () => invalidParameter('Invalid path')
