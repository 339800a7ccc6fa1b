import type { Digest } from '../kernel/index.ts'

/** A file or folder of the artifact tree; `path` is whole, from its root: `EXPERIMENT/RUN/artifacts/model/MLmodel`. */
export type StoredFile = {
  readonly path: string
  readonly isFolder: boolean
  readonly sizeBytes: number | undefined
  readonly digest: Digest | undefined
  readonly loggedMs: number | undefined
}

/**
 * The tree of files that runs and models log: paths over content-addressed blobs. Every path is checked here: it is decoded already, relative, and has no
 * part that is empty, `.` or `..`, no `\`, no NUL, no drive. @throws RegiaError `INVALID_INPUT` for any other.
 */
export interface ArtifactTree {
  /** What lies right below a folder, by name; nothing for a file or what is not there. */
  list(folder: string): Promise<readonly StoredFile[]>
  /** @throws RegiaError `NOT_FOUND`. */
  get(path: string): Promise<StoredFile & { readonly digest: Digest; readonly sizeBytes: number }>
  /** Every file below a folder, with its whole path. */
  walk(folder: string): AsyncIterable<StoredFile & { readonly digest: Digest; readonly sizeBytes: number }>
  /** Keeps a stream under a path; what was there is replaced when all of it has come. Constant memory. @throws RegiaError `PAYLOAD_TOO_LARGE`. */
  put(path: string, bytes: AsyncIterable<Uint8Array>): Promise<StoredFile>
  /** Points a path to content that the blob store has. */
  link(path: string, digest: Digest, sizeBytes: number): Promise<void>
  /** A file, or a folder with everything in it; what is not there does no harm. */
  delete(path: string): Promise<void>
  /** A verified file on this machine with the content. */
  localPath(path: string): Promise<string>
  /** Content, or bytes `first` to `last` of it, both included; a damaged file fails before its last byte is given. Constant memory. */
  read(digest: Digest, range?: { readonly first: number; readonly last: number }): Promise<AsyncIterable<Uint8Array>>
}
