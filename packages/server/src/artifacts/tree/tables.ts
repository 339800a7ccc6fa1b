import type { Digest } from '@regia/core'

export type ArtifactTreeTables = {
  /** A file that a run or model logged. Folders are what paths have in common; they have no rows. */
  artifact_file: { path: string; digest: Digest; size_bytes: number; logged_ms: number }
}
