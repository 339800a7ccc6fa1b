import type {
  Alert,
  AliasMove,
  Dataset,
  DatasetVersion,
  Decision,
  Demo,
  DemoAction,
  Digest,
  Distribution,
  Endpoint,
  EndpointSpec,
  Health,
  LabelsRequest,
  LabelsResponse,
  LeasedStep,
  LeaseReport,
  LoggedPrediction,
  LogLine,
  MetricPoint,
  ModelVersion,
  Monitor,
  MonitorSpec,
  Overview,
  Page,
  PageQuery,
  PipelineGraph,
  PipelineVersion,
  PlanStep,
  PredictRequest,
  PredictResponse,
  RegisteredModel,
  Row,
  Run,
  RunSummary,
  ServerEvent,
  ShadowComparison,
  StepEvent,
  TableSchema,
  Traffic,
  Trigger,
  WindowResult,
} from '@regia/core'
import { readEvents } from './events.ts'
import { type ClientOptions, createTransport } from './transport.ts'

const V1 = '/api/v1'
const at = (...parts: readonly (string | number)[]) =>
  `${V1}/${parts.map((part) => encodeURIComponent(part)).join('/')}`

export type RunListQuery = PageQuery & {
  readonly pipeline?: string
  readonly status?: string
  readonly search?: string
  readonly sort?: string
}
export type PredictionListQuery = PageQuery & {
  readonly version?: number
  readonly from?: string
  readonly until?: string
}
export type TrafficPoint = { readonly at: string; readonly versions: readonly Traffic[] }

/**
 * A client of Regia's HTTP API. Every method throws the server's `RegiaError`.
 *
 * @example
 * const regia = createClient({ url: 'http://127.0.0.1:4300' })
 * const { predictions } = await regia.endpoints.predict('penguins', { rows: [{ bill_length_mm: 39.1 }] })
 */
export function createClient(options: ClientOptions) {
  const { json, raw } = createTransport(options)
  return {
    /** Whether the server lives. Needs no token. */
    health: () => json<Health>('GET', '/health'),
    /** What is in production, whether it works, and what needs a person. */
    overview: () => json<Overview>('GET', at('overview')),
    /** Every change on the server, as it happens. Ends when the signal aborts or the connection breaks. */
    events: (signal?: AbortSignal): AsyncIterable<ServerEvent> => readEvents(raw, signal),

    datasets: {
      /** Datasets by name. */
      list: (query: PageQuery = {}) => json<Page<Dataset>>('GET', at('datasets'), { query }),
      /** A dataset with its latest version's figures. Throws `NOT_FOUND`. */
      get: (name: string) => json<Dataset>('GET', at('datasets', name)),
      /** Versions, newest first. */
      versions: (name: string, query: PageQuery = {}) =>
        json<Page<DatasetVersion>>('GET', at('datasets', name, 'versions'), { query }),
      /** A version with schema, profile and quarantine reasons. */
      version: (name: string, version: number | 'latest') =>
        json<DatasetVersion>('GET', at('datasets', name, 'versions', version)),
      /** Ingests a file that the server can read: a path on its machine, inside the project. */
      ingest: (
        name: string,
        body: { readonly path: string; readonly schema?: TableSchema; readonly description?: string },
      ) => json<DatasetVersion>('POST', at('datasets', name, 'versions'), { body }),
      /** Rows of a version, at most 1,000 a page; with `quarantined` those that were kept out, the reason in `_reason`. */
      rows: (name: string, version: number, query: PageQuery & { readonly quarantined?: boolean } = {}) =>
        json<Page<Row & { readonly _reason?: string }>>('GET', at('datasets', name, 'versions', version, 'rows'), {
          query,
        }),
    },

    blobs: {
      /** Whether the store has these bytes. */
      exists: async (digest: Digest) => (await json<{ exists: boolean }>('GET', at('blobs', digest, 'exists'))).exists,
      /** The bytes, verified by the server. Throws `BLOB_MISSING`, `BLOB_CORRUPT`. */
      read: async (digest: Digest) => new Uint8Array(await (await raw('GET', at('blobs', digest))).arrayBuffer()),
      /** Keeps bytes under their digest; the same bytes again are no new blob. */
      write: async (bytes: Uint8Array<ArrayBuffer>) =>
        (await (
          await raw('POST', at('blobs'), { bytes, headers: { 'content-type': 'application/octet-stream' } })
        ).json()) as { digest: Digest; sizeBytes: number },
    },

    pipelines: {
      /** The latest version of each pipeline, with its last run. */
      list: (query: PageQuery = {}) =>
        json<Page<PipelineVersion & { readonly lastRun?: RunSummary }>>('GET', at('pipelines'), { query }),
      /** The latest version of a pipeline, with its last run. Throws `NOT_FOUND`. */
      get: (name: string) => json<PipelineVersion & { readonly lastRun?: RunSummary }>('GET', at('pipelines', name)),
      /** Versions, newest first. */
      versions: (name: string, query: PageQuery = {}) =>
        json<Page<PipelineVersion>>('GET', at('pipelines', name, 'versions'), { query }),
      /** Keeps a pipeline; one whose graph and code are unchanged keeps its version. */
      deploy: (
        name: string,
        body: { readonly graph: PipelineGraph; readonly bundleDigest: Digest; readonly projectDir: string },
      ) => json<PipelineVersion>('POST', at('pipelines', name, 'versions'), { body }),
      /** Which steps would run and which are cached; runs none. Throws `INVALID_INPUT` for a parameter that does not fit. */
      plan: (
        name: string,
        body: { readonly version?: number; readonly params?: Readonly<Record<string, unknown>> } = {},
      ) => json<{ readonly steps: readonly PlanStep[] }>('POST', at('pipelines', name, 'plan'), { body }),
      /** Starts a run of the version, the latest where absent; answers at once. `useCache: false` does everything afresh. */
      run: (
        name: string,
        body: {
          readonly version?: number
          readonly params?: Readonly<Record<string, unknown>>
          readonly useCache?: boolean
          readonly trigger?: Trigger
        } = {},
      ) => json<RunSummary>('POST', at('pipelines', name, 'runs'), { body }),
    },

    runs: {
      /** Runs, newest first; `status` may name several, comma-separated. */
      list: (query: RunListQuery = {}) => json<Page<RunSummary>>('GET', at('runs'), { query }),
      /** A run with its graph and steps. Throws `NOT_FOUND`. */
      get: (id: string) => json<Run>('GET', at('runs', id)),
      /** Waiting steps do not start, running ones are told to stop. Throws `CONFLICT` when it is over. */
      cancel: (id: string) => json<RunSummary>('POST', at('runs', id, 'cancel')),
      /** Lines after the `after`-th, oldest first; ask again with `next`. */
      logs: (
        id: string,
        query: {
          readonly step?: string
          readonly after?: number
          readonly limit?: number
          readonly search?: string
        } = {},
      ) =>
        json<{ readonly lines: readonly LogLine[]; readonly next: number }>('GET', at('runs', id, 'logs'), { query }),
      /** Every logged number of a run, in the order in which it came. */
      metrics: (id: string) => json<{ readonly points: readonly MetricPoint[] }>('GET', at('runs', id, 'metrics')),
      /** The first rows of a table artifact. */
      preview: (id: string, step: string, output: string, query: PageQuery = {}) =>
        json<Page<Row>>('GET', at('runs', id, 'steps', step, 'outputs', output, 'rows'), { query }),
    },

    models: {
      /** Registered models by name. */
      list: (query: PageQuery = {}) => json<Page<RegisteredModel>>('GET', at('models'), { query }),
      /** A registered model with its aliases. Throws `NOT_FOUND`. */
      get: (name: string) => json<RegisteredModel>('GET', at('models', name)),
      /** Versions, newest first. */
      versions: (name: string, query: PageQuery = {}) =>
        json<Page<ModelVersion>>('GET', at('models', name, 'versions'), { query }),
      /** `version` is a number or an alias. */
      version: (name: string, version: number | string) =>
        json<ModelVersion>('GET', at('models', name, 'versions', version)),
      /** Moves an alias; endpoints that follow it load the version, test it and swap. */
      promote: (name: string, version: number | string, body: { readonly alias: string; readonly reason?: string }) =>
        json<ModelVersion>('POST', at('models', name, 'versions', version, 'promote'), { body }),
      /** How aliases moved, newest first. */
      history: (name: string, query: PageQuery = {}) =>
        json<Page<AliasMove>>('GET', at('models', name, 'history'), { query }),
    },

    endpoints: {
      /** Endpoints by name. */
      list: (query: PageQuery = {}) => json<Page<Endpoint>>('GET', at('endpoints'), { query }),
      /** An endpoint: what it serves, its traffic and its running comparison. Throws `NOT_FOUND`. */
      get: (name: string) => json<Endpoint>('GET', at('endpoints', name)),
      /** Creates the endpoint, or changes it to this. Answers when what it names serves. */
      apply: (spec: EndpointSpec) => json<Endpoint>('PUT', at('endpoints', spec.name), { body: spec }),
      /** Makes the version in shadow the champion. */
      promote: (name: string, body: { readonly reason?: string } = {}) =>
        json<Endpoint>('POST', at('endpoints', name, 'promote'), { body }),
      /** Brings the last champion back. */
      rollback: (name: string, body: { readonly reason?: string } = {}) =>
        json<Endpoint>('POST', at('endpoints', name, 'rollback'), { body }),
      /** Predicts 1 to 10,000 rows; every prediction is in the log before the answer. Throws `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE`, `ENDPOINT_NOT_READY`. */
      predict: (name: string, body: PredictRequest) =>
        json<PredictResponse>('POST', at('endpoints', name, 'predict'), { body }),
      /** Logged predictions, newest first, with label and shadow score where known. */
      predictions: (name: string, query: PredictionListQuery = {}) =>
        json<Page<LoggedPrediction>>('GET', at('endpoints', name, 'predictions'), { query }),
      /** Requests, errors and latencies of the last `minutes` (1 to 60, default 15) in slots of five seconds, by version. */
      traffic: (name: string, query: { readonly minutes?: number } = {}) =>
        json<{ readonly points: readonly TrafficPoint[] }>('GET', at('endpoints', name, 'traffic'), { query }),
      /** Champion and challenger on the same predictions: the running comparison, else the last one, else nothing. */
      comparison: (name: string) => json<ShadowComparison | undefined>('GET', at('endpoints', name, 'comparison')),
      /** What changed and why, newest first. */
      decisions: (name: string, query: PageQuery = {}) =>
        json<Page<Decision>>('GET', at('endpoints', name, 'decisions'), { query }),
    },

    /** What really happened, up to 10,000 at once; what is accepted is in the log when it answers. */
    labels: { push: (body: LabelsRequest) => json<LabelsResponse>('POST', at('labels'), { body }) },

    monitors: {
      /** Monitors by name. */
      list: (query: PageQuery = {}) => json<Page<Monitor>>('GET', at('monitors'), { query }),
      /** A monitor with its last window. Throws `NOT_FOUND`. */
      get: (name: string) => json<Monitor>('GET', at('monitors', name)),
      /** Creates the monitor, or changes it to this; its windows stay. Throws `NOT_FOUND` without its endpoint. */
      apply: (spec: MonitorSpec) => json<Monitor>('PUT', at('monitors', spec.name), { body: spec }),
      /** Newest last. */
      windows: (name: string, query: PageQuery & { readonly from?: string; readonly until?: string } = {}) =>
        json<Page<WindowResult>>('GET', at('monitors', name, 'windows'), { query }),
      /** Reference and window side by side, column by column: of a span of event time, else of the last window. */
      distributions: (name: string, query: { readonly from?: string; readonly until?: string } = {}) =>
        json<{ readonly from: string; readonly until: string; readonly columns: readonly Distribution[] }>(
          'GET',
          at('monitors', name, 'distributions'),
          { query },
        ),
      /** Evaluates what can be evaluated now, instead of at the scheduler's next turn. */
      evaluate: (name: string) => json<Monitor>('POST', at('monitors', name, 'evaluate')),
    },

    alerts: {
      /** Alerts, newest first; `status` may name several, comma-separated. */
      list: (query: PageQuery & { readonly status?: string; readonly monitor?: string } = {}) =>
        json<Page<Alert>>('GET', at('alerts'), { query }),
      /** An alert with its causes and actions. Throws `NOT_FOUND`. */
      get: (id: string) => json<Alert>('GET', at('alerts', id)),
      /** Says that somebody looks after it. Throws `CONFLICT` when it is closed. */
      acknowledge: (id: string) => json<Alert>('POST', at('alerts', id, 'acknowledge')),
    },

    demo: {
      /** The demonstration that was told last; nothing where there was none. */
      get: () => json<Demo | undefined>('GET', at('demo')),
      /** For the client that tells the story: how far it is, and what can be broken. */
      set: (demo: Demo) => json<Demo>('PUT', at('demo'), { body: demo }),
      /** Asks the client that tells the story to start or stop one of its actions. */
      act: (name: string, active: boolean) =>
        json<DemoAction>('POST', at('demo', 'actions', name), { body: { active } }),
      /** Wishes not yet fetched; fetching takes them. */
      takeActions: () => json<{ readonly actions: readonly DemoAction[] }>('POST', at('demo', 'actions')),
    },

    /** For workers. */
    leases: {
      /** Waits up to `waitMs` for attempts that fit into what is free. */
      acquire: (
        body: {
          readonly worker: string
          readonly cpu: number
          readonly memoryMb: number
          readonly limit: number
          readonly waitMs: number
        },
        signal?: AbortSignal,
      ) => json<{ readonly steps: readonly LeasedStep[] }>('POST', at('leases'), { body, ...(signal && { signal }) }),
      /** Prolongs the lease and hands over events. `cancel` asks the worker to stop the attempt. */
      heartbeat: (stepRunId: string, body: { readonly leaseToken: number; readonly events: readonly StepEvent[] }) =>
        json<{ readonly expiresAt: string; readonly cancel: boolean }>('POST', at('leases', stepRunId, 'heartbeat'), {
          body,
        }),
      /** How an attempt ended; taken once, and only under the lease's own token. Throws `LEASE_LOST`. */
      report: (stepRunId: string, body: LeaseReport & { readonly events?: readonly StepEvent[] }) =>
        json<void>('POST', at('leases', stepRunId, 'report'), { body }),
    },
  }
}

export type RegiaClient = ReturnType<typeof createClient>
