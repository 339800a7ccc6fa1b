import type {
  ArtifactFile,
  ChartQuery,
  CreateTrackedRun,
  Experiment,
  Lifecycle,
  LogBatch,
  LoggedModel,
  LoggedNumber,
  MetricCurve,
  Page,
  PageQuery,
  PutLoggedModel,
  Row,
  SearchRuns,
  TrackedRun,
  TrackedRunDetail,
  TrackingFields,
  UpdateTrackedRun,
} from '@regia/core'
import type { Transport } from './transport.ts'

type Path = (...parts: readonly (string | number)[]) => string
export type FilesQuery = { readonly path?: string }
export type ExperimentListQuery = PageQuery & { readonly search?: string; readonly lifecycle?: Lifecycle | 'all' }
export type ExperimentChange = {
  readonly name?: string
  /** Markdown; `null` takes it away. */
  readonly note?: string | null
  /** A tag that is `null` is taken away. */
  readonly tags?: Readonly<Record<string, string | null>>
}

/** Experiments and the runs that were logged to them; a part of the client. */
export const trackingClient = ({ json, raw }: Transport, at: Path) => {
  const filesAt = (base: string) => ({
    /** Files and folders right below `path`; of what is kept `elsewhere`, none. */
    list: (query: FilesQuery = {}) =>
      json<{ readonly files: readonly ArtifactFile[]; readonly elsewhere?: string }>('GET', base, { query }),
    /** The bytes of a file; `Range` works. */
    read: (path: string) => raw('GET', `${base}/content`, { query: { path } }),
    /** Rows of a table among the files. */
    preview: (path: string, query: PageQuery = {}) =>
      json<Page<Row>>('GET', `${base}/rows`, { query: { path, ...query } }),
  })
  const files = (id: string) => filesAt(at('tracking', 'runs', id, 'artifacts'))
  return {
    experiments: {
      /** Experiments, the one that changed last first; `search` is part of a name. */
      list: (query: ExperimentListQuery = {}) =>
        json<Page<Experiment & { readonly runCount: number }>>('GET', at('experiments'), { query }),
      /** An experiment by its id. Throws `NOT_FOUND`. */
      get: (id: string) => json<Experiment>('GET', at('experiments', id)),
      /** A new experiment. Throws `ALREADY_EXISTS`. The name of a deleted one can be used again. */
      create: (body: {
        readonly name: string
        readonly note?: string
        readonly tags?: Readonly<Record<string, string>>
      }) => json<Experiment>('POST', at('experiments'), { body }),
      /** Another name, note or tags. */
      update: (id: string, body: ExperimentChange) => json<Experiment>('POST', at('experiments', id), { body }),
      /** Deletes it with its runs; both can be restored until they are purged. */
      delete: (id: string) => json<Experiment>('POST', at('experiments', id, 'delete')),
      /** Brings a deleted one back, with the runs that went with it. Throws `ALREADY_EXISTS` where its name is in use. */
      restore: (id: string) => json<Experiment>('POST', at('experiments', id, 'restore')),
    },

    tracking: {
      /** Runs that match, a page at a time; the cursor holds while runs come and change. */
      search: (body: SearchRuns = {}) =>
        json<{ readonly items: readonly TrackedRun[]; readonly nextCursor?: string }>(
          'POST',
          at('tracking', 'search'),
          {
            body,
          },
        ),
      /** How many runs match. */
      count: (body: Pick<SearchRuns, 'experiments' | 'filter' | 'lifecycle' | 'parent'> = {}) =>
        json<{ readonly total: number }>('POST', at('tracking', 'count'), { body }),
      /** Keys that runs of these experiments have. */
      fields: (body: { readonly experiments?: readonly string[]; readonly prefix?: string } = {}) =>
        json<TrackingFields>('POST', at('tracking', 'fields'), { body }),
      /** Starts a run. With an `id` it can be repeated without making a second one. */
      create: (body: CreateTrackedRun = {}) => json<TrackedRunDetail>('POST', at('tracking', 'runs'), { body }),
      /** A run with everything but the history of its metrics. Throws `NOT_FOUND`. */
      get: (id: string) => json<TrackedRunDetail>('GET', at('tracking', 'runs', id)),
      /** Another name, status or note. Throws `CONFLICT` for a deleted run. */
      update: (id: string, body: UpdateTrackedRun) =>
        json<TrackedRunDetail>('POST', at('tracking', 'runs', id), { body }),
      /** Metrics, params, tags and datasets, all or none; the same batch again changes nothing. Throws `CONFLICT` where a param would change. */
      log: (id: string, body: Partial<LogBatch>, { signal }: { readonly signal?: AbortSignal } = {}) =>
        json<void>('POST', at('tracking', 'runs', id, 'log'), { body, ...(signal && { signal }) }),
      /** Takes tags away; those that are not there do no harm. */
      deleteTags: (id: string, body: { readonly keys: readonly string[] }) =>
        json<void>('POST', at('tracking', 'runs', id, 'delete-tags'), { body }),
      delete: (id: string) => json<TrackedRunDetail>('POST', at('tracking', 'runs', id, 'delete')),
      restore: (id: string) => json<TrackedRunDetail>('POST', at('tracking', 'runs', id, 'restore')),
      /** Every point of a metric, by time, step and value. */
      history: (id: string, key: string, query: PageQuery = {}) =>
        json<{
          readonly items: readonly { readonly value: LoggedNumber; readonly step: number; readonly atMs: number }[]
          readonly nextCursor?: string
        }>('GET', at('tracking', 'runs', id, 'metrics', key), { query }),
      /** Curves of up to 100 runs, fine enough to be drawn and no finer. */
      chart: (body: ChartQuery) =>
        json<{ readonly curves: readonly MetricCurve[] }>('POST', at('tracking', 'chart'), { body }),
      /** Files and folders right below `path`; of a run whose files are kept `elsewhere`, none. */
      files: (id: string, query: FilesQuery = {}) => files(id).list(query),
      /** The bytes of a file; `Range` works. */
      readFile: (id: string, path: string) => files(id).read(path),
      /** Rows of a table among the files: Parquet, CSV, TSV, JSON lines, JSON with rows. Throws `DATA_UNREADABLE` for what is none. */
      previewFile: (id: string, path: string, query: PageQuery = {}) => files(id).preview(path, query),
      /** Keeps a file; one that is there is replaced. */
      writeFile: async (id: string, path: string, bytes: BodyInit) =>
        (await (
          await raw('PUT', at('tracking', 'runs', id, 'artifacts', 'content'), {
            query: { path },
            bytes,
            headers: { 'content-type': 'application/octet-stream' },
          })
        ).json()) as ArtifactFile,
      /** Takes a file away, or a folder with everything in it; what is not there does no harm. */
      deleteFile: (id: string, path: string) =>
        json<void>('DELETE', at('tracking', 'runs', id, 'artifacts', 'content'), { query: { path } }),
      /** Keeps a file of a logged model that is pending. Throws `CONFLICT` for any other. */
      writeModelFile: async (id: string, path: string, bytes: BodyInit) =>
        (await (
          await raw('PUT', at('tracking', 'models', id, 'artifacts', 'content'), {
            query: { path },
            bytes,
            headers: { 'content-type': 'application/octet-stream' },
          })
        ).json()) as ArtifactFile,
      /** Says how the logging of a model ended. */
      finishLoggedModel: (id: string, body: { readonly status: 'ready' | 'failed' }) =>
        json<LoggedModel>('POST', at('tracking', 'models', id), { body }),
      /** The files of a logged model. */
      modelFiles: (id: string) => filesAt(at('tracking', 'models', id, 'artifacts')),
      /** The files that a registered version came with, as they were logged; `version` is a number or an alias. */
      versionFiles: (model: string, version: number | string) =>
        filesAt(at('models', model, 'versions', version, 'artifacts')),
      /** Models that runs logged, newest first. */
      loggedModels: (query: PageQuery & { readonly experiment?: string; readonly run?: string } = {}) =>
        json<{ readonly items: readonly LoggedModel[]; readonly nextCursor?: string }>(
          'GET',
          at('tracking', 'models'),
          {
            query,
          },
        ),
      /** Keeps a model that was logged elsewhere under its own id; one that is there already is answered as it is. */
      putLoggedModel: (id: string, body: PutLoggedModel) =>
        json<LoggedModel>('PUT', at('tracking', 'models', id), { body }),
      loggedModel: (id: string) => json<LoggedModel>('GET', at('tracking', 'models', id)),
    },
  }
}
