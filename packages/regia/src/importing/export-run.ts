import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeNumber, type TrackedDataset, type TrackedRunDetail } from '@regia/core'
import { addressOf, type ExportJob, everyPage, saveFiles, writeMeta, writeText, writeTexts } from './export-mlruns.ts'
import { DATA_CONTEXT, numberedStatus, reservedTags } from './mlflow-words.ts'

/** A run with every point, file and dataset, in a folder named after it. */
export async function exportRun(job: ExportJob, experimentFolder: string, run: TrackedRunDetail): Promise<void> {
  const { regia, report } = job
  const folder = join(experimentFolder, run.id)
  report.runs++
  await writeMeta(folder, {
    artifact_uri: addressOf(join(folder, 'artifacts')),
    end_time: run.finishedAt === undefined ? null : Date.parse(run.finishedAt),
    entry_point_name: '',
    experiment_id: run.experimentId,
    lifecycle_stage: 'active',
    run_id: run.id,
    run_name: run.name,
    source_name: '',
    source_type: 4,
    source_version: '',
    start_time: run.startedAt === undefined ? 0 : Date.parse(run.startedAt),
    status: numberedStatus(run.status),
    tags: [],
    user_id: run.user ?? '',
  })
  await writeTexts(join(folder, 'params'), run.params)
  await writeTexts(join(folder, 'tags'), { ...run.tags, ...reservedTags(run) })
  await mkdir(join(folder, 'metrics'), { recursive: true })
  for (const { key } of run.metrics) await exportHistory(job, folder, run.id, key)
  for (const dataset of run.datasets) await exportDataset(experimentFolder, folder, dataset)
  for (const output of run.modelOutputs) await exportOutput(folder, output)
  await mkdir(join(folder, 'artifacts'), { recursive: true })
  const list = async (path: string) => (await regia.tracking.files(run.id, { path })).files
  await saveFiles(job, join(folder, 'artifacts'), list, (path) => regia.tracking.readFile(run.id, path))
}

/** A line a point: time, value, step. */
async function exportHistory({ regia, report }: ExportJob, folder: string, runId: string, key: string): Promise<void> {
  const lines: string[] = []
  const page = (cursor: string | undefined) =>
    regia.tracking.history(runId, key, { limit: 1000, ...(cursor && { cursor }) })
  for await (const { value, step, atMs } of everyPage(page))
    lines.push(`${atMs} ${numberText(decodeNumber(value))} ${step}\n`)
  report.points += lines.length
  await writeText(join(folder, 'metrics', ...key.split('/')), lines.join(''))
}

/** As Python reads it. */
const numberText = (value: number): string =>
  Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf'

/** Datasets are kept once for an experiment; a run names them. */
async function exportDataset(experimentFolder: string, folder: string, dataset: TrackedDataset): Promise<void> {
  const { name, digest, sourceType, source, schema, profile, context, tags } = dataset
  const id = createHash('sha256').update(`${name}\n${digest}`).digest('hex').slice(0, 32)
  await writeMeta(join(experimentFolder, 'datasets', id), {
    digest,
    name,
    profile: profile ?? null,
    schema: schema ?? null,
    source,
    source_type: sourceType,
  })
  await writeMeta(join(folder, 'inputs', id), {
    destination_id: id,
    destination_type: 'RUN',
    source_id: id,
    source_type: 'DATASET',
    tags: { ...tags, ...(context !== undefined && { [DATA_CONTEXT]: context }) },
  })
}

async function exportOutput(folder: string, { modelId, step }: { modelId: string; step: number }): Promise<void> {
  await writeMeta(join(folder, 'outputs', modelId), {
    destination_id: modelId,
    destination_type: 'MODEL_OUTPUT',
    source_id: modelId,
    source_type: 'RUN_OUTPUT',
    step,
    tags: {},
  })
}
