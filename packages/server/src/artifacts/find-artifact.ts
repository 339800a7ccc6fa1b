import { type Artifact, artifactListSchema, type FolderManifest, folderManifestSchema, RegiaError } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import { suggest } from '../http/near-names.ts'

/** An output of a step, or a part of it. */
export type ArtifactName = {
  readonly runId: string
  readonly step: string
  readonly output: string
  /** Of a list, one element. */
  readonly index?: number | undefined
}

type Sources = { readonly database: Connection; readonly blobs: Pick<BlobStore, 'read'> }

/** @throws RegiaError `NOT_FOUND` saying which of run, step, output and element is not there, `INVALID_INPUT` for an element of what is no list. */
export async function findArtifact({ database, blobs }: Sources, name: ArtifactName): Promise<Artifact> {
  const artifact = await findOutput(database, name)
  if (name.index === undefined) return artifact
  const { items } = artifactListSchema.parse(await readManifest(blobs, assertKind(artifact, 'list', name)))
  const item = items[name.index]
  if (item) return item
  throw new RegiaError('NOT_FOUND', `Output "${titleOf(name)}" has no element ${name.index}.`, {
    hint: items.length > 0 ? `It has the elements 0 to ${items.length - 1}.` : 'It is an empty list.',
  })
}

async function findOutput(database: Connection, { runId, step, output }: ArtifactName): Promise<Artifact> {
  const row = await database
    .selectFrom('step_run')
    .select(['outputs', 'status'])
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .executeTakeFirst()
  if (!row) throw await stepNotFound(database, runId, step)
  const outputs = decodeJson(row.outputs)
  const artifact = Object.hasOwn(outputs, output) ? outputs[output] : undefined
  if (artifact) return artifact
  const names = Object.keys(outputs)
  throw new RegiaError('NOT_FOUND', `Run "${runId}" has no output "${step}.${output}".`, {
    hint: names.length === 0 ? `Step "${step}" is ${row.status}.` : suggest(output, names),
  })
}

async function stepNotFound(database: Connection, runId: string, step: string): Promise<RegiaError> {
  const rows = await database
    .selectFrom('step_run')
    .select('step')
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute()
  if (rows.length === 0) {
    return new RegiaError('NOT_FOUND', `There is no run "${runId}".`, { hint: 'List them with "regia runs list".' })
  }
  const names = rows.map((row) => row.step)
  return new RegiaError('NOT_FOUND', `Run "${runId}" has no step "${step}".`, { hint: suggest(step, names) })
}

/** The files of a folder artifact. @throws RegiaError `INVALID_INPUT` where it is none. */
export async function filesOf(
  blobs: Pick<BlobStore, 'read'>,
  artifact: Artifact,
  name: ArtifactName,
): Promise<FolderManifest['files']> {
  return folderManifestSchema.parse(await readManifest(blobs, assertKind(artifact, 'folder', name))).files
}

/** @throws RegiaError `NOT_FOUND` where the folder has no such file, `INVALID_INPUT` where it is no folder. */
export async function fileOf(
  blobs: Pick<BlobStore, 'read'>,
  artifact: Artifact,
  name: ArtifactName,
  path: string,
): Promise<FolderManifest['files'][number]> {
  const files = await filesOf(blobs, artifact, name)
  const file = files.find((each) => each.path === path)
  if (file) return file
  throw new RegiaError('NOT_FOUND', `Folder "${titleOf(name)}" has no file "${path}".`, {
    hint: suggest(
      path,
      files.map((each) => each.path),
    ),
  })
}

/** @throws RegiaError `INVALID_INPUT` where an artifact is not of this kind. */
export function assertKind(artifact: Artifact, kind: Asked, name: ArtifactName): Artifact {
  if (artifact.kind === kind) return artifact
  const hint = artifact.kind === 'list' ? 'Add "index" for one of its elements.' : ONLY[kind]
  const title = titleOf(kind === 'list' ? { ...name, index: undefined } : name)
  throw new RegiaError('INVALID_INPUT', `Output "${title}" is a ${artifact.kind}, not a ${kind}.`, { hint })
}

type Asked = keyof typeof ONLY
const ONLY = {
  list: 'Only a list has an "index".',
  folder: 'Only a folder has files.',
  table: 'Only a table has rows.',
}

const readManifest = async (blobs: Pick<BlobStore, 'read'>, { digest }: Artifact): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode(await blobs.read(digest)))

const titleOf = ({ step, output, index }: ArtifactName): string =>
  `${step}.${output}${index === undefined ? '' : `[${index}]`}`
