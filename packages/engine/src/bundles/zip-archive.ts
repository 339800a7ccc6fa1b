import { zipSync } from 'fflate'
import type { BundleFile } from './bundle-file.ts'

/** Whoever unpacks it, others may read its files. */
const READABLE = 0o100644 << 16
const UNIX = 3

/** A zip of files: names sorted, one fixed time and mode, so that equal files give equal bytes. */
export function zipArchive(files: readonly BundleFile[]): Uint8Array {
  // A zip keeps local time without a zone; this writes the same fields wherever it runs.
  const options = { mtime: new Date(1980, 0, 1), os: UNIX, attrs: READABLE } as const
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  return zipSync(Object.fromEntries(sorted.map(({ path, content }) => [path, [Buffer.from(content), options]])))
}
