import { type ArtifactTree, type Clock, type Digest, RegiaError, type StoredFile } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import type { Connection, Database } from '../../database/database.ts'
import { GroupCommit } from '../../database/group-commit.ts'
import { assertArtifactFolder, assertArtifactPath, foldersAbove, pathsBelow } from './artifact-path.ts'
import { type FileRow, type FoundFile, listFolder, readPaths, toFile, walkFolder } from './read-paths.ts'

export type ArtifactTreeOptions = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly clock: Clock
  /** The most that one file may have. */
  readonly maxBytes: number
  /** Told of every file or folder that came, changed or went, after it did. */
  readonly onChanged?: (path: string) => void
}

/** The tree of logged files: paths in the database over content in the blob store. What no path names any more goes with the next collection. */
export function createArtifactTree({ database, blobs, clock, maxBytes, onChanged }: ArtifactTreeOptions): ArtifactTree {
  // Many small files come at once; syncing the disk for each costs more than all else.
  const commits = new GroupCommit(database)
  const keep = async (path: string, digest: Digest, sizeBytes: number): Promise<StoredFile> => {
    const row: FileRow = { path, digest, size_bytes: sizeBytes, logged_ms: clock() }
    await commits.run(async (transaction) => {
      await assertPlaceFor(transaction, path)
      const { path: _, ...change } = row
      await transaction
        .insertInto('artifact_file')
        .values(row)
        .onConflict((conflict) => conflict.column('path').doUpdateSet(change))
        .execute()
    })
    onChanged?.(path)
    return toFile(row)
  }

  const get = async (path: string): Promise<FoundFile> => {
    const row = await findRow(database, assertArtifactPath(path))
    if (row) return toFile(row)
    throw await fileNotFound(database, path)
  }

  return {
    get,
    list: async (folder) => listFolder(database, assertArtifactFolder(folder)),
    walk: (folder) => walkFolder(database, assertArtifactFolder(folder)),
    put: async (path, bytes) => {
      // Before anything is sent; and again when all of it is there, since another may have come first.
      await assertPlaceFor(database, assertArtifactPath(path))
      const { digest, sizeBytes } = await blobs.putStream(upTo(maxBytes, bytes, path))
      return keep(path, digest, sizeBytes)
    },
    link: async (path, digest, sizeBytes) => {
      assertArtifactPath(path)
      // From here on no collection takes it away before its row is there.
      if (!(await blobs.renew(digest))) {
        throw new RegiaError('BLOB_MISSING', `There is no blob ${digest} for the artifact "${path}".`, {
          where: path,
          hint: 'Keep the content first, then name it.',
        })
      }
      await keep(path, digest, sizeBytes)
    },
    delete: async (path) => {
      const { first, end } = pathsBelow(assertArtifactPath(path))
      await commits.run(async (transaction) => {
        await transaction.deleteFrom('artifact_file').where('path', '=', path).execute()
        await transaction
          .deleteFrom('artifact_file')
          .where('path', '>=', first)
          .where('path', '<', end ?? '')
          .execute()
      })
      onChanged?.(path)
    },
    localPath: async (path) => blobs.localPath((await get(path)).digest),
    read: (digest, range) => blobs.stream(digest, range),
  }
}

const findRow = (connection: Connection, path: string): Promise<FileRow | undefined> =>
  connection.selectFrom('artifact_file').selectAll().where('path', '=', path).executeTakeFirst()

/** A file cannot be where a folder is, nor anything below a file. @throws RegiaError `CONFLICT`. */
async function assertPlaceFor(connection: Connection, path: string): Promise<void> {
  const [below] = await readPaths(connection, pathsBelow(path), 1)
  if (below) {
    throw new RegiaError('CONFLICT', `"${path}" is a folder; a file cannot take its place.`, {
      where: path,
      hint: 'Delete the folder first, or choose another name.',
    })
  }
  const folders = foldersAbove(path)
  if (folders.length === 0) return
  const query = connection.selectFrom('artifact_file').select('path').where('path', 'in', folders)
  const file = await query.executeTakeFirst()
  if (!file) return
  throw new RegiaError('CONFLICT', `"${file.path}" is a file; nothing can lie below it.`, {
    where: path,
    hint: 'Delete the file first, or choose another folder.',
  })
}

async function fileNotFound(connection: Connection, path: string): Promise<RegiaError> {
  const [below] = await readPaths(connection, pathsBelow(path), 1)
  if (!below) return new RegiaError('NOT_FOUND', `There is no artifact "${path}".`, { where: path })
  return new RegiaError('NOT_FOUND', `"${path}" is a folder, not a file.`, {
    where: path,
    hint: `Name one of its files, such as "${below.path}".`,
  })
}

/** @throws RegiaError `PAYLOAD_TOO_LARGE` as soon as more than this has come. */
async function* upTo(maxBytes: number, bytes: AsyncIterable<Uint8Array>, path: string): AsyncIterable<Uint8Array> {
  let count = 0
  for await (const chunk of bytes) {
    count += chunk.byteLength
    if (count > maxBytes) {
      throw new RegiaError('PAYLOAD_TOO_LARGE', `An artifact may have ${maxBytes} bytes; "${path}" has more.`, {
        where: path,
        hint: 'Log it in parts, or start the server with a higher limit.',
      })
    }
    yield chunk
  }
}
