import { type ArtifactFile, type ArtifactTree, artifactFolderOf, RegiaError, type StoredFile, toIso } from '@regia/core'
import { typeOfName } from '../../http/media-types.ts'
import { assertArtifactFolder, assertArtifactPath } from '../tree/index.ts'

/** What has files: a run, a logged model or a registered version. */
export type FileOwner = {
  /** Such as `run "abc"`. */
  readonly title: string
  /** Where its files are; nothing where it has none. */
  readonly uri: string | undefined
}

export type OwnedFiles = {
  readonly files: readonly ArtifactFile[]
  /** Where they are, if not here: this server reads nothing there. */
  readonly elsewhere?: string
}

/** Files and folders right below a folder of the owner's, with paths that begin at the owner. */
export async function listFiles(tree: ArtifactTree, { uri }: FileOwner, folder: string): Promise<OwnedFiles> {
  assertArtifactFolder(folder)
  if (uri === undefined) return { files: [] }
  const root = artifactFolderOf(uri)
  if (root === undefined) return { files: [], elsewhere: uri }
  const files = await tree.list(join(root, folder))
  return { files: files.map((file) => toArtifactFile(file, root)) }
}

export function toArtifactFile(
  { path, isFolder, sizeBytes, digest, loggedMs }: StoredFile,
  root: string,
): ArtifactFile {
  const mediaType = isFolder ? undefined : (typeOfName(path) ?? 'application/octet-stream')
  return {
    path: root === '' ? path : path.slice(root.length + 1),
    isFolder,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(digest !== undefined && { digest }),
    ...(mediaType !== undefined && { mediaType }),
    ...(loggedMs !== undefined && { loggedAt: toIso(loggedMs) }),
  }
}

/** Where a file of an owner lies in the tree. */
export type FilePlace = { readonly root: string; readonly path: string }

/** @throws RegiaError `INVALID_INPUT` for a path that leads elsewhere, or where the owner's files are not kept here. */
export function placeOf({ title, uri }: FileOwner, path: string): FilePlace {
  assertArtifactPath(path)
  const root = uri === undefined ? undefined : artifactFolderOf(uri)
  if (root !== undefined) return { root, path: join(root, path) }
  if (uri === undefined) throw new RegiaError('NOT_FOUND', `There are no files of ${title}.`, { where: path })
  throw new RegiaError(
    'INVALID_INPUT',
    `The files of ${title} are at ${uri}, where this server reads and writes nothing.`,
    {
      where: path,
      hint: 'Reach them with a client that has the rights to that place.',
    },
  )
}

const join = (folder: string, path: string): string =>
  folder === '' || path === '' ? folder + path : `${folder}/${path}`
