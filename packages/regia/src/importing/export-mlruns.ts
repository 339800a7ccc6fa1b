import { createWriteStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { type Experiment, type LoggedModel, RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { stringify } from 'yaml'
import { exportRegistry } from './export-registry.ts'
import { exportRun } from './export-run.ts'

export type ExportReport = {
  readonly folder: string
  experiments: number
  runs: number
  points: number
  files: number
  loggedModels: number
  models: number
  versions: number
}

export type ExportJob = {
  readonly regia: RegiaClient
  readonly folder: string
  readonly report: ExportReport
  readonly say: (text: string) => void
  /** Called whenever the report has grown by a run. */
  readonly counted: (report: ExportReport) => void
}

/**
 * Writes experiments, runs with every point, files, logged models and the registry as a folder that MLflow's file store reads.
 *
 * @throws RegiaError `CONFLICT` where the folder holds something already.
 */
export async function exportMlruns(
  regia: RegiaClient,
  folder: string,
  { say, counted }: Pick<ExportJob, 'say' | 'counted'>,
): Promise<ExportReport> {
  await assertEmpty(folder)
  const report = { folder, experiments: 0, runs: 0, points: 0, files: 0, loggedModels: 0, models: 0, versions: 0 }
  const job: ExportJob = { regia, folder, report, say, counted }
  for await (const experiment of everyPage((cursor) =>
    regia.experiments.list({ limit: 1000, ...(cursor && { cursor }) }),
  )) {
    say(`experiment "${experiment.name}"`)
    await exportExperiment(job, experiment)
  }
  await exportRegistry(job)
  return report
}

/** Every item of a list, page after page. */
export async function* everyPage<Item>(
  ask: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly nextCursor?: string | undefined }>,
): AsyncIterable<Item> {
  for (let cursor: string | undefined; ; ) {
    const page = await ask(cursor)
    yield* page.items
    if (page.nextCursor === undefined) return
    cursor = page.nextCursor
  }
}

async function assertEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  if (names.length === 0) return
  throw new RegiaError('CONFLICT', `The folder holds ${names.length} things already, such as "${names[0]}".`, {
    where: folder,
    hint: 'Name a folder that is empty or not there.',
  })
}

async function exportExperiment(job: ExportJob, experiment: Experiment): Promise<void> {
  const { regia, report } = job
  const folder = join(job.folder, experiment.id)
  report.experiments++
  await writeMeta(folder, {
    artifact_location: addressOf(folder),
    creation_time: Date.parse(experiment.createdAt),
    experiment_id: experiment.id,
    last_update_time: Date.parse(experiment.updatedAt),
    lifecycle_stage: 'active',
    name: experiment.name,
  })
  const note = experiment.note === undefined ? {} : { 'mlflow.note.content': experiment.note }
  await writeTexts(join(folder, 'tags'), { ...experiment.tags, ...note })
  const search = (cursor: string | undefined) =>
    regia.tracking.search({
      experiments: [experiment.id],
      limit: 200,
      select: { params: [], metrics: [], tags: [] },
      ...(cursor && { cursor }),
    })
  for await (const { id } of everyPage(search)) {
    await exportRun(job, folder, await regia.tracking.get(id))
    job.counted(report)
  }
  const models = (cursor: string | undefined) =>
    regia.tracking.loggedModels({ experiment: experiment.id, limit: 100, ...(cursor && { cursor }) })
  for await (const model of everyPage(models)) await exportModel(job, folder, model)
}

async function exportModel(job: ExportJob, experimentFolder: string, model: LoggedModel): Promise<void> {
  const { regia, report } = job
  const folder = join(experimentFolder, 'models', model.id)
  report.loggedModels++
  await writeMeta(folder, {
    artifact_location: addressOf(join(folder, 'artifacts')),
    creation_timestamp: Date.parse(model.createdAt),
    experiment_id: model.experimentId,
    last_updated_timestamp: Date.parse(model.updatedAt),
    model_id: model.id,
    model_type: model.modelType ?? null,
    name: model.name,
    source_run_id: model.sourceRunId ?? null,
    status: { pending: 1, ready: 2, failed: 3 }[model.status],
    status_message: null,
  })
  await writeTexts(join(folder, 'params'), model.params)
  await writeTexts(join(folder, 'tags'), model.tags)
  await mkdir(join(folder, 'artifacts'), { recursive: true })
  const files = regia.tracking.modelFiles(model.id)
  await saveFiles(job, join(folder, 'artifacts'), async (path) => (await files.list({ path })).files, files.read)
}

type Listed = readonly { readonly path: string; readonly isFolder: boolean }[]

/** Files below a folder, each streamed to the disk. */
export async function saveFiles(
  job: ExportJob,
  folder: string,
  list: (path: string) => Promise<Listed>,
  read: (path: string) => Promise<Response>,
  path = '',
): Promise<void> {
  for (const file of await list(path)) {
    if (file.isFolder) await saveFiles(job, folder, list, read, file.path)
    else {
      const target = join(folder, ...file.path.split('/'))
      await mkdir(dirname(target), { recursive: true })
      const { body } = await read(file.path)
      await pipeline(body ? Readable.fromWeb(body) : Readable.from([]), createWriteStream(target))
      job.report.files++
    }
  }
}

export const addressOf = (path: string): string => pathToFileURL(path).href

export async function writeMeta(folder: string, meta: Readonly<Record<string, unknown>>): Promise<void> {
  await writeText(join(folder, 'meta.yaml'), stringify(meta))
}

export async function writeTexts(folder: string, texts: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [key, value] of Object.entries(texts)) await writeText(join(folder, ...key.split('/')), value)
}

export async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
