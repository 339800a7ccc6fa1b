import type {
  Alert,
  Backfill,
  BackfillItem,
  BackfillSpec,
  CatalogItem,
  CatalogPreview,
  Channel,
  ChannelMove,
  Dataset,
  DatasetVersion,
  Decision,
  DecisionListQuery,
  Demo,
  DemoAction,
  Digest,
  Distribution,
  Endpoint,
  EndpointReference,
  EndpointSpecInput,
  Garbage,
  Health,
  LabelsRequest,
  LabelsResponse,
  LeasedStep,
  LeaseReport,
  LineageGraph,
  LoggedPrediction,
  LogLine,
  MapItem,
  MetricPoint,
  Monitor,
  MonitorSpec,
  Notification,
  Notifier,
  NotifierSpec,
  Overview,
  Page,
  PageQuery,
  PipelineGraph,
  PipelineVersion,
  PlanStep,
  PredictRequest,
  PredictResponse,
  Retention,
  Row,
  Run,
  RunOptions,
  RunSummary,
  Schedule,
  ScheduleFiring,
  ScheduleSpec,
  ServerEvent,
  ShadowComparison,
  StepEvent,
  TableSchema,
  TakeReference,
  Traffic,
  VersionDiff,
  WindowResult,
} from '@regia/core'
import { readEvents } from './events.ts'
import { modelClient } from './models.ts'
import { optimisationClient } from './optimisations.ts'
import { releaseMethods, rewardMethods } from './releases.ts'
import { scoringJobClient } from './scoring-jobs.ts'
import { trackingClient } from './tracking.ts'
import { type ClientOptions, createTransport } from './transport.ts'
import { webhookClient } from './webhooks.ts'

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
  const transport = createTransport(options)
  const { json, raw } = transport
  return {
    ...modelClient(transport, at),
    ...trackingClient(transport, at),
    ...webhookClient(transport, at),
    ...scoringJobClient(transport, at),
    ...optimisationClient(transport, at),

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
      /** The bytes piece by piece: for what may be larger than memory. Throws `BLOB_MISSING`; damaged content breaks off before its end. */
      stream: async (digest: Digest): Promise<ReadableStream<Uint8Array>> => {
        const { body } = await raw('GET', at('blobs', digest))
        return body ?? new ReadableStream({ start: (controller) => controller.close() })
      },
      /** Keeps bytes under their digest; the same bytes again are no new blob. What is larger than memory is sent as a stream. */
      write: async (bytes: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>) =>
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
      /** One version, whole. Throws `NOT_FOUND`. */
      version: (name: string, version: number) =>
        json<PipelineVersion>('GET', at('pipelines', name, 'versions', version)),
      /** What is different between two versions. */
      diff: (name: string, before: number, after: number) =>
        json<VersionDiff>('GET', at('pipelines', name, 'diff'), { query: { before, after } }),
      /** Where the channels of a pipeline point. */
      channels: (name: string) =>
        json<{ readonly channels: readonly Channel[] }>('GET', at('pipelines', name, 'channels')),
      /** Points a channel to a version; it is made where it is new. */
      moveChannel: (name: string, channel: string, body: { readonly version: number; readonly reason?: string }) =>
        json<Channel>('PUT', at('pipelines', name, 'channels', channel), { body }),
      /** Points a channel back to the version that it pointed to before. Throws `CONFLICT` where there was none. */
      rollback: (name: string, channel: string, body: { readonly reason?: string } = {}) =>
        json<Channel>('POST', at('pipelines', name, 'channels', channel, 'rollback'), { body }),
      /** How channels moved, newest first. */
      channelHistory: (name: string, query: PageQuery & { readonly channel?: string } = {}) =>
        json<Page<ChannelMove>>('GET', at('pipelines', name, 'channel-moves'), { query }),
      /** Which steps would run and which are cached; runs none. Throws `INVALID_INPUT` for a parameter that does not fit. */
      plan: (name: string, body: Omit<RunOptions, 'trigger'> = {}) =>
        json<{ readonly steps: readonly PlanStep[] }>('POST', at('pipelines', name, 'plan'), { body }),
      /** Starts a run of the version, of the channel's, or of the latest; answers at once. `useCache: false` does everything afresh, `refresh` some steps. */
      run: (name: string, body: RunOptions = {}) => json<RunSummary>('POST', at('pipelines', name, 'runs'), { body }),
      /** The catalog of a version, the latest where absent, with what each entry holds now. */
      catalog: (name: string, query: { readonly version?: number } = {}) =>
        json<{ readonly entries: readonly CatalogItem[] }>('GET', at('pipelines', name, 'catalog'), { query }),
      /** The first rows, or the text, of what a catalog entry holds now. */
      previewCatalog: (name: string, entry: string, query: PageQuery & { readonly version?: number } = {}) =>
        json<CatalogPreview>('GET', at('pipelines', name, 'catalog', entry, 'preview'), { query }),
    },

    runs: {
      /** Runs, newest first; `status` may name several, comma-separated. */
      list: (query: RunListQuery = {}) => json<Page<RunSummary>>('GET', at('runs'), { query }),
      /** A run with its graph and steps. Throws `NOT_FOUND`. */
      get: (id: string) => json<Run>('GET', at('runs', id)),
      /** Waiting steps do not start, running ones are told to stop. Throws `CONFLICT` when it is over. */
      cancel: (id: string) => json<RunSummary>('POST', at('runs', id, 'cancel')),
      /** Starts a run of the same version and parameters that takes over every finished step. Throws `CONFLICT` while it goes on. */
      recover: (id: string, body: { readonly refresh?: readonly string[] } = {}) =>
        json<RunSummary>('POST', at('runs', id, 'recover'), { body }),
      /** Decides what an `approve` step asks. Throws `CONFLICT` when it was decided, `UNAUTHORIZED` for who may not. */
      approve: (
        id: string,
        step: string,
        body: { readonly isApproved: boolean; readonly comment?: string; readonly by?: string },
      ) => json<RunSummary>('POST', at('runs', id, 'steps', step, 'approval'), { body }),
      /** The elements of a mapped step; `status` may name several, comma-separated. */
      mapItems: (id: string, step: string, query: PageQuery & { readonly status?: string } = {}) =>
        json<Page<MapItem>>('GET', at('runs', id, 'steps', step, 'items'), { query }),
      /** The bytes of an artifact. `path` names a file of a folder, `index` an element of a list. */
      artifact: (
        id: string,
        step: string,
        output: string,
        query: { readonly path?: string; readonly index?: number } = {},
      ) => raw('GET', at('runs', id, 'steps', step, 'outputs', output, 'content'), { query }),
      /** The files of a folder artifact. */
      files: (id: string, step: string, output: string) =>
        json<{
          readonly files: readonly { readonly path: string; readonly digest: Digest; readonly sizeBytes: number }[]
        }>('GET', at('runs', id, 'steps', step, 'outputs', output, 'files')),
      /** Lines after the `after`-th, oldest first; ask again with `next`. */
      logs: (
        id: string,
        query: {
          readonly step?: string
          readonly attempt?: number
          /** Of a mapped step, one element. */
          readonly item?: number
          readonly after?: number
          readonly limit?: number
          readonly search?: string
        } = {},
      ) =>
        json<{ readonly lines: readonly LogLine[]; readonly next: number }>('GET', at('runs', id, 'logs'), { query }),
      /** Every logged number of a run, in the order in which it came. */
      metrics: (id: string) => json<{ readonly points: readonly MetricPoint[] }>('GET', at('runs', id, 'metrics')),
      /** The first rows of a table artifact; `index` names an element of a list. */
      preview: (id: string, step: string, output: string, query: PageQuery & { readonly index?: number } = {}) =>
        json<Page<Row>>('GET', at('runs', id, 'steps', step, 'outputs', output, 'rows'), { query }),
    },

    endpoints: {
      /** Endpoints by name; `search` is a piece of it. */
      list: (query: PageQuery & { readonly search?: string } = {}) =>
        json<Page<Endpoint>>('GET', at('endpoints'), { query }),
      /** An endpoint: what it serves, its traffic and its running comparison. Throws `NOT_FOUND`. */
      get: (name: string) => json<Endpoint>('GET', at('endpoints', name)),
      /** Creates the endpoint, or changes it to this. Answers when what it names serves. */
      apply: (spec: EndpointSpecInput) => json<Endpoint>('PUT', at('endpoints', spec.name), { body: spec }),
      ...releaseMethods(transport, at),
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
      /** What windows of the version that serves are compared with; where there is nothing, its `hint` says how to get it. */
      reference: (name: string) => json<EndpointReference>('GET', at('endpoints', name, 'reference')),
      /** Takes logged predictions of a span of event time for it, 200 at least. Throws `CONFLICT` where the model brought its own, `DATA_EMPTY`. */
      takeReference: (name: string, body: TakeReference = {}) =>
        json<EndpointReference>('POST', at('endpoints', name, 'reference'), { body }),
      /** What changed and why, newest first: all, or what was decided `by` a rule, Regia itself or a person, or of some kinds. */
      decisions: (name: string, { kinds, ...query }: DecisionListQuery = {}) =>
        json<Page<Decision>>('GET', at('endpoints', name, 'decisions'), {
          query: { ...query, ...(kinds && { kind: kinds.join(',') }) },
        }),
    },

    /** What really happened, up to 10,000 at once; what is accepted is in the log when it answers. */
    labels: { push: (body: LabelsRequest) => json<LabelsResponse>('POST', at('labels'), { body }) },

    /** What predictions earned, for bandits and experiments. */
    rewards: rewardMethods(transport, at),

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

    schedules: {
      /** Schedules by name. */
      list: (query: PageQuery & { readonly pipeline?: string } = {}) =>
        json<Page<Schedule>>('GET', at('schedules'), { query }),
      /** A schedule with its next time. Throws `NOT_FOUND`. */
      get: (name: string) => json<Schedule>('GET', at('schedules', name)),
      /** Creates the schedule, or changes it to this. Throws `NOT_FOUND` without its pipeline, `INVALID_INPUT` for a cron line or time zone that is none. */
      apply: (spec: ScheduleSpec) => json<Schedule>('PUT', at('schedules', spec.name), { body: spec }),
      pause: (name: string) => json<Schedule>('POST', at('schedules', name, 'pause')),
      resume: (name: string) => json<Schedule>('POST', at('schedules', name, 'resume')),
      remove: (name: string) => json<void>('DELETE', at('schedules', name)),
      /** Runs it now, whatever its time. */
      fire: (name: string) => json<ScheduleFiring>('POST', at('schedules', name, 'fire')),
      /** What came of its occasions, newest first. */
      firings: (name: string, query: PageQuery = {}) =>
        json<Page<ScheduleFiring>>('GET', at('schedules', name, 'firings'), { query }),
      /** The next times of a cron line, to see what it means. */
      preview: (query: { readonly cron: string; readonly timezone?: string; readonly count?: number }) =>
        json<{ readonly times: readonly string[] }>('GET', at('schedule-times'), { query }),
    },

    backfills: {
      /** Back-fills, newest first. */
      list: (query: PageQuery & { readonly pipeline?: string } = {}) =>
        json<Page<Backfill>>('GET', at('backfills'), { query }),
      get: (id: string) => json<Backfill>('GET', at('backfills', id)),
      /** Starts one run per window or value. */
      start: (spec: BackfillSpec) => json<Backfill>('POST', at('backfills'), { body: spec }),
      items: (id: string, query: PageQuery & { readonly status?: string } = {}) =>
        json<Page<BackfillItem>>('GET', at('backfills', id, 'items'), { query }),
      /** Runs again what failed or was cancelled. */
      restart: (id: string) => json<Backfill>('POST', at('backfills', id, 'restart')),
      cancel: (id: string) => json<Backfill>('POST', at('backfills', id, 'cancel')),
    },

    notifiers: {
      list: (query: PageQuery = {}) => json<Page<Notifier>>('GET', at('notifiers'), { query }),
      apply: (spec: NotifierSpec) => json<Notifier>('PUT', at('notifiers', spec.name), { body: spec }),
      remove: (name: string) => json<void>('DELETE', at('notifiers', name)),
      /** Sends a trial message now; answers with what came of it. */
      test: (name: string) => json<Notification>('POST', at('notifiers', name, 'test')),
      /** What was told to whom, newest first. */
      notifications: (query: PageQuery & { readonly notifier?: string } = {}) =>
        json<Page<Notification>>('GET', at('notifications'), { query }),
    },

    /** What made a thing and what depends on it: `kind` and `ref` as in `LineageNode`. */
    lineage: (query: {
      readonly kind: string
      readonly ref: string
      readonly depth?: number
      readonly limit?: number
    }) => json<LineageGraph>('GET', at('lineage'), { query }),
    /** Takes away runs, cached outputs and blobs that nobody needs any more; by default only says which. */
    collectGarbage: (body: Partial<Retention> = {}) => json<Garbage>('POST', at('garbage'), { body }),

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
