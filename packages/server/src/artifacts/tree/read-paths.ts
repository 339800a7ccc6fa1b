import type { StoredFile } from '@regia/core'
import type { Selectable } from 'kysely'
import type { Connection } from '../../database/database.ts'
import { type PathRange, pathsBelow } from './artifact-path.ts'
import type { ArtifactTreeTables } from './tables.ts'

export type FileRow = Selectable<ArtifactTreeTables['artifact_file']>
export type FoundFile = StoredFile & { readonly digest: FileRow['digest']; readonly sizeBytes: number }

const FEWEST_ROWS = 4
const MOST_ROWS = 1_000

/** Files of a stretch, in the order of their paths' bytes. */
export const readPaths = (connection: Connection, { first, end }: PathRange, limit: number): Promise<FileRow[]> =>
  connection
    .selectFrom('artifact_file')
    .selectAll()
    .where('path', '>=', first)
    .$if(end !== undefined, (query) => query.where('path', '<', end ?? ''))
    .orderBy('path')
    .limit(limit)
    .execute()

export const toFile = ({ path, digest, size_bytes, logged_ms }: FileRow): FoundFile => ({
  path,
  isFolder: false,
  sizeBytes: size_bytes,
  digest,
  loggedMs: logged_ms,
})

const toFolder = (path: string): StoredFile => ({
  path,
  isFolder: true,
  sizeBytes: undefined,
  digest: undefined,
  loggedMs: undefined,
})

/** The smallest path behind another one. */
const behind = (path: string): string => `${path}\0`

/**
 * What lies right below a folder, by the bytes of its name. Goes from folder to folder without reading what is in them: the cost is that of the
 * entries, however many files lie deeper.
 */
export async function listFolder(connection: Connection, folder: string): Promise<readonly StoredFile[]> {
  const range = pathsBelow(folder)
  const entries: StoredFile[] = []
  let { first } = range
  // Where files lie side by side many are read at once; a folder among them makes the rest of the rows worthless.
  for (let count = FEWEST_ROWS; ; ) {
    const rows = await readPaths(connection, { ...range, first }, count)
    const found = entriesOf(rows, range.first)
    entries.push(...found)
    const last = found.at(-1)
    if (rows.length < count || last === undefined) return entries.toSorted(byName)
    first = last.isFolder ? `${last.path}0` : behind(last.path)
    count = found.length === rows.length ? Math.min(2 * count, MOST_ROWS) : FEWEST_ROWS
  }
}

function entriesOf(rows: readonly FileRow[], prefix: string): readonly StoredFile[] {
  const entries: StoredFile[] = []
  for (const row of rows) {
    const slash = row.path.indexOf('/', prefix.length)
    if (slash === -1) entries.push(toFile(row))
    else if (entries.at(-1)?.path !== row.path.slice(0, slash)) entries.push(toFolder(row.path.slice(0, slash)))
  }
  return entries
}

/** Paths are ordered with their "/", names without it: `a!` stands before `a/b`, but `a` before `a!`. */
const byName = (a: StoredFile, b: StoredFile): number => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))

/** Every file below a folder, by the bytes of its path; what comes or goes meanwhile may be left out. */
export async function* walkFolder(connection: Connection, folder: string): AsyncIterable<FoundFile> {
  const range = pathsBelow(folder)
  let { first } = range
  while (true) {
    const rows = await readPaths(connection, { ...range, first }, MOST_ROWS)
    yield* rows.map(toFile)
    const last = rows.at(-1)
    if (rows.length < MOST_ROWS || last === undefined) return
    first = behind(last.path)
  }
}
