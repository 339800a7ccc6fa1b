import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ArtifactTree, type Digest, type LoggedModelRecord, RegiaError } from '@regia/core'
import { type BlobStore, packageInChild } from '@regia/engine'

export type PackageFilesDeps = {
  readonly tree: Pick<ArtifactTree, 'walk' | 'localPath' | 'get'>
  readonly blobs: Pick<BlobStore, 'putFile'>
  /** In the home's own file system. */
  readonly tempDir: string
}

const MLMODEL = 'MLmodel'
const MAX_MLMODEL_BYTES = 1_000_000
const MAX_FILES = 10_000

/**
 * Packages the ONNX model in a folder of the artifact tree, in a process of its own.
 *
 * @returns The digest of the package in the blob store.
 * @throws RegiaError `MODEL_INVALID` for a model of another kind or one that cannot be served, with the way out.
 */
export async function packageFiles(
  { tree, blobs, tempDir }: PackageFilesDeps,
  { folder, loggedModel }: { readonly folder: string; readonly loggedModel: LoggedModelRecord | undefined },
  signal: AbortSignal,
): Promise<Digest> {
  const files = await filesOf(tree, folder)
  const outputPath = join(tempDir, `package-${randomUUID()}.zip`)
  await mkdir(tempDir, { recursive: true })
  try {
    await packageInChild({ kind: 'mlflow', files, outputPath, metrics: metricsOf(loggedModel) }, { signal })
    return (await blobs.putFile(outputPath, { move: true })).digest
  } finally {
    await rm(outputPath, { force: true })
  }
}

/** What is no ONNX is refused by its `MLmodel` alone: its files, which may be many and large, are not looked at. */
async function filesOf(tree: PackageFilesDeps['tree'], folder: string): Promise<Record<string, string>> {
  const file = await tree.get(`${folder}/${MLMODEL}`).catch((error: unknown) => {
    if (error instanceof RegiaError && error.code === 'NOT_FOUND') throw noModel(folder)
    throw error
  })
  if (file.sizeBytes > MAX_MLMODEL_BYTES) throw noModel(folder)
  const path = await tree.localPath(file.path)
  return (await readFile(path)).includes('onnx') ? filesBelow(tree, folder) : { [MLMODEL]: path }
}

async function filesBelow(tree: PackageFilesDeps['tree'], folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  let count = 0
  for await (const { path } of tree.walk(folder)) {
    if (++count > MAX_FILES) throw noModel(folder)
    files[path.slice(folder.length + 1)] = await tree.localPath(path)
  }
  return files
}

/** The latest of each name, as the run that logged the model measured it. */
const metricsOf = (model: LoggedModelRecord | undefined): Record<string, number> =>
  Object.fromEntries(
    (model?.metrics ?? []).filter(({ value }) => Number.isFinite(value)).map(({ key, value }) => [key, value]),
  )

const noModel = (folder: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `the folder "${folder}" of its files holds no MLmodel.`, {
    hint: 'Register what mlflow.onnx.log_model logged, such as runs:/RUN/model or models:/m-….',
  })
