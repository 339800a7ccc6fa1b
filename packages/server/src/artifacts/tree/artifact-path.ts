import { RegiaError } from '@regia/core'

/** As long as a path can be on most systems that a client may lay the files out on. */
const MAX_PATH_BYTES = 4_000

/**
 * A path of the tree, as it was given. It is decoded already, relative, and the same on every system.
 *
 * @throws RegiaError `INVALID_INPUT` saying what is wrong with it.
 */
export function assertArtifactPath(path: string): string {
  const fault = faultOf(path)
  if (fault === undefined) return path
  throw new RegiaError(
    'INVALID_INPUT',
    `An artifact cannot have the path ${JSON.stringify(path.slice(0, 200))}: ${fault}.`,
    {
      where: 'path',
      hint: 'Give a relative path with "/" between its parts, such as "plots/roc.png".',
    },
  )
}

/** A folder of the tree: a path, or nothing for its root. @throws RegiaError `INVALID_INPUT`. */
export const assertArtifactFolder = (folder: string): string => (folder === '' ? '' : assertArtifactPath(folder))

function faultOf(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it has more than ${MAX_PATH_BYTES} bytes`
  if (!path.isWellFormed()) return 'it is not valid Unicode'
  if (path.includes('\0')) return 'it has a NUL in it'
  if (path.includes('\\')) return 'it has a "\\" in it'
  if (path.startsWith('/')) return 'it is absolute'
  if (/^file:/i.test(path)) return 'it is an address'
  // A drive inside of a path leads a client of another system out of the folder into which it lays the files.
  const odd = path.split('/').find((part) => /^(\.{0,2}|[a-z]:)$/i.test(part))
  return odd === undefined ? undefined : `it has the part ${JSON.stringify(odd)}`
}

/** The folders that a path lies in, the outermost first, without the root. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}

/** The stretch of paths below a folder: from `first` on, up to but without `end`. Paths are ordered by their bytes. */
export type PathRange = { readonly first: string; readonly end: string | undefined }

/** The letter behind "/" is "0", so every path below `a` lies in `a/` to `a0`. */
export const pathsBelow = (folder: string): PathRange =>
  folder === '' ? { first: '', end: undefined } : { first: `${folder}/`, end: `${folder}0` }

/** The run whose file a path is: `EXPERIMENT/RUN/artifacts/…`; nothing for files of other things. */
export const runOfPath = (path: string): string | undefined => /^[^/]+\/([^/]+)\/artifacts(?:\/|$)/.exec(path)?.[1]
