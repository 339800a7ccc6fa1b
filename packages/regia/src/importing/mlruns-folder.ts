import { createReadStream, type Dirent, promises as fs } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { RegiaError, type TrackedDataset } from '@regia/core'
import { parse } from 'yaml'
import type {
  ImportSource,
  SourceExperiment,
  SourceFile,
  SourceModel,
  SourcePoint,
  SourceRegistered,
  SourceRun,
  SourceVersion,
  Tags,
} from './import-source.ts'
import { DATA_CONTEXT, statusOf } from './mlflow-words.ts'

type Meta = Readonly<Record<string, unknown>>

/**
 * A folder that MLflow's file store wrote, `mlruns` by custom. Nothing but what lies in it is read, whatever addresses stand in its files.
 *
 * @throws RegiaError `DATA_UNREADABLE` where it is no such folder.
 */
export async function openMlruns(folder: string): Promise<ImportSource> {
  const root = await fs.realpath(folder).catch((cause: unknown) => {
    throw unreadable(folder, 'is not there', cause)
  })
  const names = await foldersIn(root)
  const hasExperiment = await Promise.all(names.map((name) => findMeta(join(root, name))))
  if (!hasExperiment.some((meta) => meta?.experiment_id !== undefined)) {
    throw unreadable(folder, 'holds no experiment (no folder with a meta.yaml that has an experiment_id)')
  }
  const experimentFolders = () => foldersOfExperiments(root)
  const folderOf = async (experimentId: string) =>
    (await experimentFolders()).get(experimentId) ?? join(root, experimentId)

  return {
    name: folder,
    experiments: async function* () {
      for (const each of (await experimentFolders()).values())
        yield experimentOf(await getMeta(each), await readTexts(join(each, 'tags')))
    },
    runs: async function* (experimentId) {
      const parent = await folderOf(experimentId)
      for (const name of await foldersIn(parent)) {
        const meta = await findMeta(join(parent, name))
        if (typeof meta?.run_id === 'string') yield await readRun(join(parent, name), parent, meta, experimentId)
      }
    },
    history: (runId, key) => readHistory(root, runId, key),
    files: async function* (run) {
      yield* filesBelow(join(await folderOf(run.experimentId), run.id, 'artifacts'))
    },
    loggedModels: async function* (experimentId) {
      const models = join(await folderOf(experimentId), 'models')
      for (const name of await foldersIn(models)) {
        const meta = await findMeta(join(models, name))
        if (meta) yield await readModel(join(models, name), meta, experimentId)
      }
    },
    modelFiles: async function* (model) {
      yield* filesBelow(join(await folderOf(model.experimentId), 'models', model.id, 'artifacts'))
    },
    registered: async function* () {
      for (const each of await foldersIn(join(root, 'models'))) yield await readRegistered(join(root, 'models', each))
    },
    versions: async function* (model) {
      yield* await readVersions(join(root, 'models', model))
    },
    versionFiles: async function* (version) {
      const path = insideOf(root, version.source)
      if (path !== undefined) yield* filesBelow(path)
    },
  }
}

async function foldersOfExperiments(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const base of [root, join(root, '.trash')]) {
    for (const name of await foldersIn(base)) {
      const meta = await findMeta(join(base, name))
      if (meta?.experiment_id !== undefined) found.set(String(meta.experiment_id), join(base, name))
    }
  }
  return found
}

const experimentOf = (meta: Meta, tags: Tags): SourceExperiment => ({
  id: String(meta.experiment_id),
  name: String(meta.name),
  isDeleted: meta.lifecycle_stage === 'deleted',
  tags,
})

async function readRun(folder: string, experimentFolder: string, meta: Meta, experimentId: string): Promise<SourceRun> {
  return {
    id: String(meta.run_id),
    experimentId,
    name: String(meta.run_name ?? ''),
    user: typeof meta.user_id === 'string' && meta.user_id !== '' ? meta.user_id : undefined,
    status: statusOf(meta.status),
    startMs: Number(meta.start_time ?? 0),
    endMs: typeof meta.end_time === 'number' ? meta.end_time : undefined,
    isDeleted: meta.lifecycle_stage === 'deleted',
    artifactUri: '',
    params: await readTexts(join(folder, 'params')),
    tags: await readTexts(join(folder, 'tags')),
    metricKeys: await namesBelow(join(folder, 'metrics')),
    datasets: await readDatasets(folder, experimentFolder),
  }
}

async function readDatasets(folder: string, experimentFolder: string): Promise<readonly TrackedDataset[]> {
  const datasets: TrackedDataset[] = []
  for (const name of await foldersIn(join(folder, 'inputs'))) {
    const input = await findMeta(join(folder, 'inputs', name))
    const meta = input && (await findMeta(join(experimentFolder, 'datasets', String(input.source_id))))
    if (!meta) continue
    const tags = textsOf(input.tags)
    const { [DATA_CONTEXT]: context, ...rest } = tags
    datasets.push({
      name: String(meta.name),
      digest: String(meta.digest),
      sourceType: String(meta.source_type),
      source: String(meta.source),
      ...(typeof meta.schema === 'string' && { schema: meta.schema }),
      ...(typeof meta.profile === 'string' && { profile: meta.profile }),
      ...(context !== undefined && { context }),
      tags: rest,
    })
  }
  return datasets
}

/** One line a point: time, value and step. */
async function* readHistory(root: string, runId: string, key: string): AsyncIterable<SourcePoint> {
  for (const experiment of (await foldersOfExperiments(root)).values()) {
    const text = await fs.readFile(join(experiment, runId, 'metrics', ...key.split('/')), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    for (const line of text.split('\n')) {
      const [at, value, step = '0'] = line.split(' ')
      if (at && value !== undefined) yield { atMs: Number(at), value: numberOf(value), step: Number(step) }
    }
    return
  }
}

/** As Python writes it. */
const numberOf = (text: string): number =>
  /^-?inf/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)

async function readModel(folder: string, meta: Meta, experimentId: string): Promise<SourceModel> {
  return {
    id: String(meta.model_id),
    experimentId,
    name: String(meta.name),
    modelType: typeof meta.model_type === 'string' && meta.model_type !== '' ? meta.model_type : undefined,
    status: meta.status === 2 ? 'ready' : meta.status === 3 ? 'failed' : 'pending',
    sourceRunId: typeof meta.source_run_id === 'string' && meta.source_run_id !== '' ? meta.source_run_id : undefined,
    artifactUri: '',
    params: await readTexts(join(folder, 'params')),
    tags: await readTexts(join(folder, 'tags')),
  }
}

async function readRegistered(folder: string): Promise<SourceRegistered> {
  const meta = await getMeta(folder)
  const aliases = Object.entries(await readTexts(join(folder, 'aliases'))).map(([alias, version]) => [
    alias,
    Number(version),
  ])
  return {
    name: String(meta.name),
    description: typeof meta.description === 'string' ? meta.description : '',
    tags: await readTexts(join(folder, 'tags')),
    aliases: Object.fromEntries(aliases) as Readonly<Record<string, number>>,
  }
}

async function readVersions(folder: string): Promise<readonly SourceVersion[]> {
  const versions: SourceVersion[] = []
  for (const name of await foldersIn(folder)) {
    const meta = /^version-\d+$/.test(name) ? await findMeta(join(folder, name)) : undefined
    if (!meta || meta.current_stage === 'Deleted_Internal') continue
    versions.push({
      model: String(meta.name),
      version: Number(meta.version ?? name.slice('version-'.length)),
      description: typeof meta.description === 'string' ? meta.description : '',
      tags: await readTexts(join(folder, name, 'tags')),
      stage: String(meta.current_stage ?? 'None'),
      source: String(meta.source ?? ''),
      runId: typeof meta.run_id === 'string' && meta.run_id !== '' ? meta.run_id : undefined,
      loggedModelId: typeof meta.model_id === 'string' ? meta.model_id : undefined,
    })
  }
  return versions.sort((a, b) => a.version - b.version)
}

/** The path of a `file:` address or a plain path, where it lies in the folder. */
function insideOf(root: string, address: string): string | undefined {
  const path = address.startsWith('file:') ? fileURLToPath(address) : address.startsWith('/') ? address : undefined
  if (path === undefined) return undefined
  const inside = relative(root, path)
  return inside === '' || inside.startsWith('..') || inside.startsWith(sep) ? undefined : path
}

async function* filesBelow(root: string, folder = root): AsyncIterable<SourceFile> {
  for (const entry of await entriesIn(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(root, path)
    else if (entry.isFile()) {
      const { size } = await fs.stat(path)
      yield {
        path: relative(root, path).split(sep).join('/'),
        sizeBytes: size,
        open: async () => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
      }
    }
  }
}

/** Keys hold slashes, which are folders here. */
async function namesBelow(root: string): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { path } of filesBelow(root)) names.push(path)
  return names
}

async function readTexts(folder: string): Promise<Tags> {
  const texts: Record<string, string> = {}
  for (const name of await namesBelow(folder)) texts[name] = await fs.readFile(join(folder, ...name.split('/')), 'utf8')
  return texts
}

const textsOf = (value: unknown): Record<string, string> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, String(each)]))
    : {}

async function findMeta(folder: string): Promise<Meta | undefined> {
  const text = await fs.readFile(join(folder, 'meta.yaml'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const meta: unknown = parseMeta(text, join(folder, 'meta.yaml'))
  return typeof meta === 'object' && meta !== null ? (meta as Meta) : undefined
}

function parseMeta(text: string, file: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch (cause) {
    throw unreadable(file, 'has a meta.yaml that is no YAML', cause)
  }
}

async function getMeta(folder: string): Promise<Meta> {
  const meta = await findMeta(folder)
  if (meta) return meta
  throw unreadable(folder, 'has no meta.yaml')
}

/** Links are not followed: they may lead out of the folder. */
const entriesIn = async (folder: string): Promise<readonly Dirent[]> =>
  (await fs.readdir(folder, { withFileTypes: true }).catch(() => [])).sort((a, b) => (a.name < b.name ? -1 : 1))

const foldersIn = async (folder: string): Promise<readonly string[]> =>
  (await entriesIn(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name)

const unreadable = (folder: string, why: string, cause?: unknown): RegiaError =>
  new RegiaError('DATA_UNREADABLE', `The folder ${why}.`, {
    where: folder,
    hint: 'Give the folder that MLflow wrote, mlruns by custom, or the address of an MLflow server.',
    cause,
  })
