import { RegiaError, type TrackedDataset } from '@regia/core'
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
import { createMlflowRequests, type MlflowRequests } from './mlflow-requests.ts'
import { DATA_CONTEXT, statusOf } from './mlflow-words.ts'

type Pair = { readonly key: string; readonly value?: string }
type WireRun = {
  readonly info: {
    readonly run_id: string
    readonly experiment_id: string
    readonly run_name?: string
    readonly user_id?: string
    readonly status?: string
    readonly start_time?: number | string
    readonly end_time?: number | string
    readonly lifecycle_stage?: string
    readonly artifact_uri?: string
  }
  readonly data?: {
    readonly params?: readonly Pair[]
    readonly tags?: readonly Pair[]
    readonly metrics?: readonly Pair[]
  }
  readonly inputs?: { readonly dataset_inputs?: readonly WireInput[] }
}
type WireInput = {
  readonly tags?: readonly Pair[]
  readonly dataset: Readonly<
    Record<'name' | 'digest' | 'source_type' | 'source' | 'schema' | 'profile', string | undefined>
  >
}
type WireModel = {
  readonly info: {
    readonly model_id: string
    readonly experiment_id: string
    readonly name?: string
    readonly model_type?: string
    readonly status?: string
    readonly source_run_id?: string
    readonly artifact_uri?: string
    readonly tags?: readonly Pair[]
  }
  readonly data?: { readonly params?: readonly Pair[] }
}
type WireVersion = {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly tags?: readonly Pair[]
  readonly current_stage?: string
  readonly source?: string
  readonly run_id?: string
  readonly model_id?: string
}
type WireRegistered = {
  readonly name: string
  readonly description?: string
  readonly tags?: readonly Pair[]
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[]
}

/** Runs come in pages of so many; each brings its params, tags and latest metrics. */
const RUNS_A_PAGE = 500
const PROXIED = 'mlflow-artifacts:'

/**
 * A server that speaks MLflow's REST, from 2.0 on. Files are read through its artifact proxy.
 *
 * @param token - Or `user:password`, where it asks for one.
 * @throws RegiaError `UNAVAILABLE`, `UNAUTHORIZED`.
 */
export async function openMlflowServer(url: string, token?: string): Promise<ImportSource> {
  const requests = createMlflowRequests(url, token)
  await requests.post('experiments/search', { max_results: 1 })
  return {
    name: url,
    experiments: async function* () {
      for await (const each of requests.pages<WireExperiment>(
        'experiments/search',
        { max_results: 1000, view_type: 'ALL' },
        'experiments',
      )) {
        yield experimentOf(each)
      }
    },
    runs: async function* (experimentId) {
      const body = {
        experiment_ids: [experimentId],
        run_view_type: 'ALL',
        max_results: RUNS_A_PAGE,
        order_by: ['attributes.start_time ASC'],
      }
      for await (const each of requests.pages<WireRun>('runs/search', body, 'runs')) yield runOf(each)
    },
    history: async function* (runId, key) {
      const query = { run_id: runId, metric_key: key, max_results: 25_000 }
      for await (const { value, timestamp, step } of requests.queried<WirePoint>(
        'metrics/get-history',
        query,
        'metrics',
      )) {
        yield {
          value: infiniteAgain(Number(value)),
          atMs: Number(timestamp),
          step: Number(step ?? 0),
        } satisfies SourcePoint
      }
    },
    files: ({ artifactUri }) => filesAt(requests, artifactUri),
    loggedModels: (experimentId) => loggedModels(requests, experimentId),
    modelFiles: ({ artifactUri }) => filesAt(requests, artifactUri),
    registered: async function* () {
      const query = { max_results: 100 }
      for await (const each of requests.queried<WireRegistered>(
        'registered-models/search',
        query,
        'registered_models',
      )) {
        yield await registeredOf(requests, each)
      }
    },
    versions: async function* (model) {
      const query = {
        filter: `name = '${model.replaceAll("'", "''")}'`,
        max_results: 1000,
        order_by: 'version_number ASC',
      }
      for await (const each of requests.queried<WireVersion>('model-versions/search', query, 'model_versions'))
        yield versionOf(each)
    },
    versionFiles: async function* ({ model, version }) {
      const { artifact_uri } = await requests.get('model-versions/get-download-uri', { name: model, version })
      yield* filesAt(requests, String(artifact_uri ?? ''))
    },
  }
}

type WireExperiment = {
  readonly experiment_id: string
  readonly name: string
  readonly lifecycle_stage?: string
  readonly tags?: readonly Pair[]
}
type WirePoint = {
  readonly value: number | string
  readonly timestamp: number | string
  readonly step?: number | string
}

/** The protocol has no infinities: it says the greatest double instead. */
const infiniteAgain = (value: number): number =>
  Math.abs(value) === Number.MAX_VALUE ? Math.sign(value) * Number.POSITIVE_INFINITY : value

const experimentOf = ({ experiment_id, name, lifecycle_stage, tags }: WireExperiment): SourceExperiment => ({
  id: experiment_id,
  name,
  isDeleted: lifecycle_stage === 'deleted',
  tags: textsOf(tags),
})

function runOf({ info, data = {}, inputs = {} }: WireRun): SourceRun {
  return {
    id: info.run_id,
    experimentId: info.experiment_id,
    name: info.run_name ?? '',
    user: info.user_id || undefined,
    status: statusOf(info.status),
    startMs: Number(info.start_time ?? 0),
    endMs: info.end_time === undefined ? undefined : Number(info.end_time),
    isDeleted: info.lifecycle_stage === 'deleted',
    artifactUri: info.artifact_uri ?? '',
    params: textsOf(data.params),
    tags: textsOf(data.tags),
    metricKeys: (data.metrics ?? []).map(({ key }) => key),
    datasets: (inputs.dataset_inputs ?? []).map(datasetOf),
  }
}

function datasetOf({ dataset, tags }: WireInput): TrackedDataset {
  const { [DATA_CONTEXT]: context, ...rest } = textsOf(tags)
  return {
    name: dataset.name ?? '',
    digest: dataset.digest ?? '',
    sourceType: dataset.source_type ?? '',
    source: dataset.source ?? '',
    ...(dataset.schema && { schema: dataset.schema }),
    ...(dataset.profile && { profile: dataset.profile }),
    ...(context !== undefined && { context }),
    tags: rest,
  }
}

async function* loggedModels(requests: MlflowRequests, experimentId: string): AsyncIterable<SourceModel> {
  const body = { experiment_ids: [experimentId], max_results: 50 }
  try {
    for await (const { info, data } of requests.pages<WireModel>('logged-models/search', body, 'models')) {
      yield {
        id: info.model_id,
        experimentId: info.experiment_id,
        name: info.name ?? '',
        modelType: info.model_type || undefined,
        status: info.status === 'LOGGED_MODEL_READY' ? 'ready' : info.status?.includes('FAILED') ? 'failed' : 'pending',
        sourceRunId: info.source_run_id || undefined,
        artifactUri: info.artifact_uri ?? '',
        params: textsOf(data?.params),
        tags: textsOf(info.tags),
      }
    }
  } catch (error) {
    // A server of before 3.0 knows no such models.
    if (!(error instanceof RegiaError && error.code === 'NOT_FOUND')) throw error
  }
}

/** A search leaves the aliases out. */
async function registeredOf(
  requests: MlflowRequests,
  { name, description, tags }: WireRegistered,
): Promise<SourceRegistered> {
  const { registered_model } = await requests.get('registered-models/get', { name })
  const { aliases = [] } = (registered_model ?? {}) as WireRegistered
  return {
    name,
    description: description ?? '',
    tags: textsOf(tags),
    aliases: Object.fromEntries(aliases.map(({ alias, version }) => [alias, Number(version)])),
  }
}

const versionOf = (wire: WireVersion): SourceVersion => ({
  model: wire.name,
  version: Number(wire.version),
  description: wire.description ?? '',
  tags: textsOf(wire.tags),
  stage: wire.current_stage ?? 'None',
  source: wire.source ?? '',
  runId: wire.run_id || undefined,
  loggedModelId: wire.model_id || undefined,
})

async function* filesAt(requests: MlflowRequests, uri: string): AsyncIterable<SourceFile> {
  // What lies elsewhere (a bucket, a disk) is not asked of the server; the import says how many it left.
  if (!uri.startsWith(PROXIED)) return
  const root = uri
    .slice(PROXIED.length)
    .replace(/^\/+([^/]*@?[^/]*:\d+\/)?/, '')
    .replace(/\/$/, '')
  yield* filesBelow(requests, root, '')
}

type WireFile = { readonly path: string; readonly is_dir?: boolean; readonly file_size?: number | string }

async function* filesBelow(requests: MlflowRequests, root: string, folder: string): AsyncIterable<SourceFile> {
  const { files = [] } = (await requests.listArtifacts(folder === '' ? root : `${root}/${folder}`)) as {
    files?: readonly WireFile[]
  }
  for (const { path, is_dir, file_size } of files) {
    const inside = folder === '' ? path : `${folder}/${path}`
    if (is_dir) yield* filesBelow(requests, root, inside)
    else
      yield { path: inside, sizeBytes: Number(file_size ?? 0), open: () => requests.openArtifact(`${root}/${inside}`) }
  }
}

const textsOf = (pairs: readonly Pair[] = []): Tags =>
  Object.fromEntries(pairs.map(({ key, value = '' }) => [key, value]))
