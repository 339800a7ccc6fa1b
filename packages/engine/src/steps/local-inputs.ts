import { join } from 'node:path'
import {
  type Artifact,
  artifactListSchema,
  type Digest,
  type LeasedStep,
  RegiaError,
  type StepManifest,
} from '@regia/core'
import type { BlobStore } from '../blobs/index.ts'
import { layOutFolder, parseJson } from './lay-out-folder.ts'
import { mapAtMost } from './map-at-most.ts'

const FILES_AT_ONCE = 32

type LeasedInput = LeasedStep['inputs'][string]
type LocalInput = StepManifest['inputs'][string]

/** The inputs of an attempt as files on this machine: lists opened, folders laid out below `dir`. */
export async function localInputs(
  inputs: LeasedStep['inputs'],
  dir: string,
  blobs: BlobStore,
): Promise<StepManifest['inputs']> {
  const entries = Object.entries(inputs).map(
    async ([name, input]) => [name, await localInput(input, join(dir, name), blobs)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function localInput(input: LeasedInput, dir: string, blobs: BlobStore): Promise<LocalInput> {
  const isOpened = input.artifacts.some(({ kind }) => kind === 'list')
  const artifacts = isOpened ? await openLists(input.artifacts, blobs) : input.artifacts
  const local = await mapAtMost(FILES_AT_ONCE, artifacts, async (artifact, index) => ({
    artifact,
    path: await localPath(artifact, join(dir, String(index)), blobs),
  }))
  return { ...input, artifacts: local, isList: input.isList || isOpened }
}

/** What a mapped step made stands for its elements, in their order. */
async function openLists(artifacts: readonly Artifact[], blobs: BlobStore): Promise<readonly Artifact[]> {
  const opened: Artifact[] = []
  for (const artifact of artifacts) {
    if (artifact.kind === 'list') opened.push(...(await readArtifactList(artifact.digest, blobs)))
    else opened.push(artifact)
  }
  return opened
}

/** Lists are read whole; values stand in them as they are. */
const MAX_LIST_BYTES = 64_000_000

/** @throws RegiaError `PAYLOAD_TOO_LARGE` for a list of more than 64 MB, `BLOB_CORRUPT` when the blob is no list of artifacts, `BLOB_MISSING`. */
export async function readArtifactList(digest: Digest, blobs: BlobStore): Promise<readonly Artifact[]> {
  const sizeBytes = await blobs.sizeOf(digest)
  if (sizeBytes > MAX_LIST_BYTES) {
    throw new RegiaError(
      'PAYLOAD_TOO_LARGE',
      `A list of ${sizeBytes} bytes is too large; ${MAX_LIST_BYTES} are allowed.`,
      {
        where: digest,
        hint: 'Let the mapped step give tables or files instead of large values: a list holds only their digests.',
      },
    )
  }
  const parsed = artifactListSchema.safeParse(parseJson(await blobs.read(digest)))
  if (parsed.success) return parsed.data.items
  throw new RegiaError('BLOB_CORRUPT', `This blob is not a list of artifacts: ${parsed.error.issues[0]?.message}.`, {
    where: digest,
    hint: 'Run the mapped step that made it again.',
  })
}

/** JSON travels inside its artifact. */
async function localPath(artifact: Artifact, dir: string, blobs: BlobStore): Promise<string> {
  if (artifact.kind === 'value' || artifact.value !== undefined) return ''
  if (artifact.kind !== 'folder') return blobs.localPath(artifact.digest)
  await layOutFolder(artifact.digest, dir, blobs)
  return dir
}
