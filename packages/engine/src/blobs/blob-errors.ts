import { type Digest, RegiaError } from '@regia/core'

export const isMissing = (error: unknown): boolean => hasCode(error, ['ENOENT', 'ENOTDIR'])

/** The error of an address under which nothing is kept. */
export function blobMissing(digest: Digest, path: string, cause?: unknown): RegiaError {
  return new RegiaError('BLOB_MISSING', `There is no blob ${digest}.`, {
    where: path,
    hint: 'Bring the file back from a backup, or run the step again without its cache.',
    data: { digest },
    cause,
  })
}

/** The error of a file whose content is not what its address says. */
export function blobCorrupt(digest: Digest, path: string, got: Digest, sizeBytes: number): RegiaError {
  return new RegiaError('BLOB_CORRUPT', `Blob ${digest} is damaged: its ${sizeBytes} bytes have the digest ${got}.`, {
    where: path,
    hint: 'Put the same content again to mend it, bring the file back from a backup, or run the step that made it again without its cache.',
    data: { expected: digest, got, sizeBytes },
  })
}

/** Says in Regia's words why a file could not be kept; other faults stay as they are. */
export function asWriteError(error: unknown, root: string): unknown {
  if (error instanceof RegiaError) return error
  if (!hasCode(error, ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'ENOENT'])) return error
  return new RegiaError('HOME_NOT_WRITABLE', `Cannot write into the blob folder: ${messageOf(error)}.`, {
    where: root,
    hint: 'Give the user of this process the right to write there, free some space, or set REGIA_HOME to another folder.',
    cause: error,
  })
}

export function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
