import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { type Artifact, canonicalJson, digestOf, type FolderManifest, RegiaError, type StepResult } from '@regia/core'
import type { BlobInfo, BlobStore } from '../blobs/index.ts'
import { type FolderFile, listFolder } from './folder-files.ts'
import { mapAtMost } from './map-at-most.ts'

type Outputs = Extract<StepResult, { readonly status: 'succeeded' }>['outputs']
type Output = Outputs[string]
type Keep = { readonly file: (path: string) => Promise<BlobInfo>; readonly bytes: BlobStore['put'] }

const FILES_AT_ONCE = 8

/** Puts what a step made into the blob store. Files of the attempt's own folder are moved, others (an input handed on) copied. */
export async function keepOutputs(
  outputs: Outputs,
  ownDir: string,
  blobs: BlobStore,
): Promise<Record<string, Artifact>> {
  // Before anything is moved: one output may stand inside another.
  const folders = await listFolders(outputs)
  const own = (await realpath(ownDir)) + sep
  const kept = new Map<string, Promise<BlobInfo>>()
  const keep: Keep = {
    bytes: (bytes) => blobs.put(bytes),
    file: async (path) => {
      // A link would be moved in place of what it stands for.
      const source = await realpath(path)
      // Two outputs may be one file, which can be moved only once.
      const known = kept.get(source) ?? blobs.putFile(source, { move: source.startsWith(own) })
      kept.set(source, known)
      return known
    },
  }
  const entries = Object.entries(outputs).map(
    async ([name, output]) => [name, await artifactOf(output, folders.get(name), keep)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function listFolders(outputs: Outputs): Promise<ReadonlyMap<string, readonly FolderFile[]>> {
  const folders = new Map<string, readonly FolderFile[]>()
  for (const [name, { kind, path }] of Object.entries(outputs)) {
    if (kind === 'folder' && path !== undefined) folders.set(name, await listFolder(path, name))
  }
  return folders
}

async function artifactOf(output: Output, folder: readonly FolderFile[] | undefined, keep: Keep): Promise<Artifact> {
  const { kind, path, value, rowCount, columns, mediaType } = output
  if (kind === 'value' || kind === 'report') {
    const bytes = Buffer.from(canonicalJson(value ?? null))
    return { kind, digest: digestOf(bytes), sizeBytes: bytes.length, value: value ?? null }
  }
  if (folder) return keepFolder(folder, keep)
  if (path === undefined) throw new RegiaError('STEP_OUTPUT_INVALID', `A ${kind} output names no file.`)
  const { digest, sizeBytes } = await keep.file(path)
  const ofTable = { ...(rowCount !== undefined && { rowCount }), ...(columns && { columns }) }
  return { kind, digest, sizeBytes, ...ofTable, ...(mediaType !== undefined && { mediaType }) }
}

/** A blob for each file, and one that lists them; its digest is that of the folder, so that equal content is equal. */
async function keepFolder(folder: readonly FolderFile[], keep: Keep): Promise<Artifact> {
  const files: FolderManifest['files'] = await mapAtMost(FILES_AT_ONCE, folder, async ({ path, source }) => ({
    path,
    ...(await keep.file(source)),
  }))
  const { digest } = await keep.bytes(Buffer.from(canonicalJson({ files })))
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  return { kind: 'folder', digest, sizeBytes, count: files.length }
}
