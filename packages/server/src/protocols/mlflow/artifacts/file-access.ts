import { type ArtifactTree, artifactFolderOf, RegiaError, type StoredFile } from '@regia/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { contentHeaders } from '../../../http/content-headers.ts'
import { sendContent } from '../../../http/send-content.ts'
import { doesNotExist, invalidParameter, orAbsent } from '../wire/index.ts'
import { mediaTypeOfFile } from './media-type.ts'
import { joinPath } from './safe-path.ts'

/** A file of the tree, whole from its root. */
type FoundFile = Awaited<ReturnType<ArtifactTree['get']>>

/** @param asked - The path as the caller knows it. @throws MlflowError for what is not there, and for a folder. */
export async function getFile(tree: ArtifactTree, path: string, asked: string): Promise<FoundFile> {
  try {
    return await tree.get(path)
  } catch (error) {
    if (!(error instanceof RegiaError) || error.code !== 'NOT_FOUND') throw error
    const isFolder = (await tree.list(path)).length > 0
    if (isFolder) throw invalidParameter(`Artifact path refers to a directory, not a file: '${asked}'`)
    throw doesNotExist(`No such artifact: '${asked}'`)
  }
}

/** Sends a file, always as one to be saved: shown in this server's name, its scripts could act in it. */
export async function sendFile(
  tree: ArtifactTree,
  path: string,
  asked: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { digest, sizeBytes } = await getFile(tree, path, asked)
  const fileName = path.split('/').at(-1) ?? path
  const headers = contentHeaders({ digest, fileName, mediaType: mediaTypeOfFile(fileName) }, 'attachment')
  return sendContent({ headers, sizeBytes, open: (range) => tree.read(digest, range) }, request, reply)
}

/** What lies right below a folder, in the protocol's words; names begin behind `root`. */
export async function listWire(
  tree: ArtifactTree,
  folder: string,
  root: string,
): Promise<readonly object[] | undefined> {
  const files = await tree.list(folder)
  const prefix = root === '' ? 0 : root.length + 1
  return orAbsent(files.map((file) => toWire(file, prefix)))
}

const toWire = ({ path, isFolder, sizeBytes }: StoredFile, prefix: number) => ({
  path: path.slice(prefix),
  is_dir: isFolder,
  ...(sizeBytes !== undefined && { file_size: sizeBytes }),
})

/** Below which folder of the tree the files of a run, a logged model or a version lie. @throws MlflowError where they are kept elsewhere. */
export function requireFolder(uri: string, path: string): string {
  const folder = artifactFolderOf(uri)
  if (folder !== undefined) return joinPath(folder, path)
  throw invalidParameter(
    `The artifacts are at '${uri}', where this server reads and writes nothing. Reach them with a client that has the rights to that place.`,
  )
}
