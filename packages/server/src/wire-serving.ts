import { join } from 'node:path'
import {
  type Clock,
  type EndpointHealth,
  type IdFactory,
  modelRefsOf,
  type Need,
  RegiaError,
  type TimelineEntry,
} from '@regia/core'
import { type BlobStore, type DataWorker, type ReadSecret, warmRuntime } from '@regia/engine'
import type { Registry } from 'prom-client'
import type { Database } from './database/database.ts'
import type { EventBus } from './events/bus.ts'
import type { App } from './http/app.ts'
import type { BusySockets } from './http/busy-sockets.ts'
import { KEEP_ALIVE_MS } from './http/create-app.ts'
import { addFastLane } from './http/fast-lane.ts'
import type { Gate } from './http/guard.ts'
import type { ReportFault } from './http/report-fault.ts'
import type { ServingModels } from './lineage/index.ts'
import type { Follower } from './models/model-deps.ts'
import type { ModelService } from './models/model-service.ts'
import { addAlertRoutes, addMonitorRoutes, MonitoringService, MonitorStore } from './monitoring/index.ts'
import {
  alertEntry,
  alertNeeds,
  decisionEntry,
  endpointHealth,
  loadNeeds,
  releaseNeeds,
} from './overview/endpoint-health.ts'
import type { PipelineService } from './pipelines/pipeline-service.ts'
import { findRuns } from './pipelines/run-lookup.ts'
import { addOpenInferenceRoutes, type InferenceService } from './protocols/open-inference/index.ts'
import {
  addEndpointHistoryRoutes,
  addEndpointRoutes,
  addPredictionRoutes,
  addReferenceRoutes,
  addReleaseRoutes,
  addRewardRoutes,
  addServingMetrics,
  createServing,
  type GatewayFollower,
  monitoredEndpoints,
  type OnDecision,
  parseEventTime,
  parseModelRef,
  predictCall,
  type RegistrySource,
  readDeadline,
  registeredModels,
  type Serving,
} from './serving/index.ts'
import { wireEndpointDocs } from './wire-endpoint-docs.ts'
import { wireOpenInference } from './wire-open-inference.ts'
import { wireInfer, wirePlain } from './wire-protocols.ts'
import { addScoring } from './wire-scoring.ts'

export type ServingParts = {
  readonly serving: Serving
  /** Serves what was served before the last stop. With many endpoints each is loaded when it is asked. */
  readonly load: () => Promise<void>
  readonly monitoring: MonitoringService
  readonly inference: InferenceService
}

export type ServingWiring = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly worker: DataWorker
  readonly home: string
  readonly models: ModelService
  readonly pipelines: PipelineService
  readonly events: EventBus
  readonly clock: Clock
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
  readonly warn: (message: string) => void
  readonly onDecision: OnDecision
  readonly maxLoadedBytes: number | undefined
  readonly readSecret: ReadSecret
  /** Processes that serve the same endpoints. */
  readonly follower: GatewayFollower | undefined
}

/** Nobody waits at the start for more models than these. */
const LOADED_AT_START = 20

/** Endpoints and monitors, connected with the registry, the pipelines and the event bus. */
export function wireServing(wiring: ServingWiring): ServingParts {
  const { database, blobs, worker, home, models, pipelines, events, clock, newId, onError, warn, onDecision } = wiring
  const source: RegistrySource = {
    findVersion: (model, version) => models.findVersion(model, version),
    promote: (move) => models.promote(move),
    isProtected: (model, alias) => models.isProtected(model, alias),
    readPackage: (digest) => blobs.read(digest),
    readSecret: wiring.readSecret,
    register: async (model, bytes) => {
      const { digest } = await blobs.put(bytes)
      const lineage = { datasets: [], params: {}, artifacts: {} }
      const reason = 'The composition of the endpoint changed.'
      const alias = 'champion'
      return (
        await models.register({ model, alias, packageDigest: digest, report: undefined, lineage, by: 'regia', reason })
      ).version
    },
    members: {
      signatureOf: (name) => {
        const { stable } = serving.endpoints.get(name)
        if (!stable) throw notServing(name)
        return stable.signature
      },
      ask: (name, rows, at = clock()) =>
        predictCall(serving.endpoints.get(name), () => ({ rows, at, reply: (answer) => answer }), clock),
    },
  }
  const registered = registeredModels(source, { maxLoadedBytes: wiring.maxLoadedBytes })
  const serving = createServing({
    database,
    logDir: join(home, 'log'),
    tempDir: join(home, 'tmp', 'log'),
    toParquet: async (sql, records, outputPath) => {
      await worker.query({ sql, tables: { records }, outputPath })
    },
    directory: registered.directory,
    findFacts: registered.findFacts,
    publish: events.publish,
    onDecision,
    clock,
    newId,
    onError,
    onLogTrouble: ({ message }) => warn(message),
    follower: wiring.follower,
  })
  const monitoring = new MonitoringService({
    store: new MonitorStore(database),
    endpoints: monitoredEndpoints(serving, registered),
    runs: {
      isRunning: async (pipeline) => {
        const { total } = await pipelines.runs.list({ pipeline, status: 'queued,running,paused', limit: 1, offset: 0 })
        return total > 0
      },
      exists: async (id) => (await findRuns(database, [id])).has(id),
      start: async (run) => (await pipelines.startRun(run)).id,
    },
    publish: events.publish,
    clock,
    newId,
    onError,
  })
  events.subscribe(({ type, id }) => {
    if (type === 'model') void serving.endpoints.modelChanged(id).catch(onError)
  })
  const { endpoints } = serving
  const load = async () => {
    if (endpoints.all().length <= LOADED_AT_START) return endpoints.load()
    await registered.cache.deferring(() => endpoints.load())
    void warmRuntime().catch(onError)
  }
  return { serving, load, monitoring, inference: wireOpenInference(serving) }
}

export type HttpAccess = {
  readonly gate: Gate
  readonly maxBodyBytes: number
  readonly busy: BusySockets
  /** The endpoint that answers `/invocations`. */
  readonly rootEndpoint: string | undefined
  readonly report: ReportFault
}

/** The routes of endpoints, monitors and the Open Inference Protocol, and the lane that takes plain predictions past the framework. */
export function addServingRoutes(
  app: App,
  registry: Registry,
  { serving, monitoring, inference }: ServingParts,
  { gate, maxBodyBytes, busy, rootEndpoint, report }: HttpAccess,
): void {
  const { endpoints, clock } = serving
  const plain = wirePlain()
  const infer = wireInfer((name) => inference.notReady(name))
  addEndpointRoutes(app, serving)
  addEndpointHistoryRoutes(app, serving)
  addReferenceRoutes(app, serving)
  addReleaseRoutes(app, serving)
  addRewardRoutes(app, serving)
  addPredictionRoutes(app, serving, plain, maxBodyBytes)
  addMonitorRoutes(app, monitoring)
  addAlertRoutes(app, monitoring)
  addOpenInferenceRoutes(app, {
    service: inference,
    readEventTime: parseEventTime,
    readDeadline: (headers) => readDeadline(headers, performance.now()),
    maxBodyBytes,
  })
  const scoring = addScoring(app, { endpoints, clock, inference, rootEndpoint, maxBodyBytes })
  wireEndpointDocs(app, endpoints, inference)
  addServingMetrics(registry, endpoints, clock)
  const { isAllowed } = gate
  const lane = serving.fastLane({ protocols: [plain, infer, scoring], isAllowed, report })
  addFastLane(app, lane, busy, { maxBodyBytes, idleMs: KEEP_ALIVE_MS })
}

/** Which model versions endpoints have loaded: the one that answers and the one in shadow. */
export async function servedModels({ serving }: ServingParts): Promise<readonly ServingModels[]> {
  return (await serving.queries.list()).flatMap(({ spec, deployments }) =>
    deployments
      .filter(({ role }) => role !== 'previous')
      .map(({ model, version }) => ({ endpoint: spec.name, model, version })),
  )
}

/** Which models, aliases and versions endpoints name or have loaded: those stay. */
export async function followersOf({ serving }: ServingParts): Promise<readonly Follower[]> {
  return (await serving.queries.list()).flatMap(({ spec, deployments }) => {
    const endpoint = spec.name
    const named = modelRefsOf(spec).map((ref) => {
      const { model, name, isAlias } = parseModelRef(ref)
      return { endpoint, model, ...(isAlias ? { alias: name } : { version: Number(name) }) }
    })
    const loaded = deployments.filter(({ role }) => role !== 'previous')
    return [...named, ...loaded.map(({ model, version }) => ({ endpoint, model, version }))]
  })
}

/** The median latency of a version's requests, in milliseconds, where one was answered in the last minutes. */
export async function medianRequest(
  { serving }: ServingParts,
  { model, version }: { readonly model: string; readonly version: number },
): Promise<number | undefined> {
  const endpoints = (await serving.queries.list()).filter(({ deployments }) =>
    deployments.some((each) => each.model === model && each.version === version),
  )
  return endpoints.flatMap(({ traffic }) => traffic).find((each) => each.version === version)?.p50Ms
}

const HEALTH_WINDOWS = 60
const HEALTH_MINUTES = 5
const OVERVIEW_ENTRIES = 50

/** What endpoints and monitors give the first screen. */
export function servingOverview({ serving, monitoring }: ServingParts): {
  readonly endpoints: () => Promise<readonly EndpointHealth[]>
  readonly needs: () => Promise<readonly Need[]>
  readonly timeline: () => Promise<readonly TimelineEntry[]>
} {
  const { queries } = serving
  const openAlerts = async () => (await monitoring.alerts({ limit: 100, status: 'open,acknowledged' })).items
  return {
    endpoints: async () => {
      const [all, monitors, alerts] = [await queries.list(), await monitoring.list(), await openAlerts()]
      return Promise.all(
        all.map(async (endpoint) => {
          const { name } = endpoint.spec
          const monitor = monitors.find(({ spec }) => spec.endpoint === name)
          const page = monitor && (await monitoring.windows(monitor.spec.name, { limit: HEALTH_WINDOWS }))
          return endpointHealth({
            endpoint,
            requestsPerSecond: queries.requestsPerSecond(name, HEALTH_MINUTES),
            monitor,
            windows: page?.items ?? [],
            openAlerts: alerts.filter((alert) => alert.endpoint === name),
          })
        }),
      )
    },
    needs: async () => {
      const endpoints = await queries.list()
      return [...loadNeeds(endpoints), ...alertNeeds(await openAlerts()), ...releaseNeeds(endpoints)]
    },
    timeline: async () => {
      const names = serving.endpoints.all().map(({ spec }) => spec.name)
      const pages = await Promise.all(names.map((name) => queries.decisions(name, { limit: OVERVIEW_ENTRIES })))
      const { items } = await monitoring.alerts({ limit: OVERVIEW_ENTRIES })
      return [...pages.flatMap((page) => page.items.map(decisionEntry)), ...items.map(alertEntry)]
    },
  }
}

const notServing = (name: string): RegiaError =>
  new RegiaError('ENDPOINT_NOT_READY', `Endpoint "${name}" has no version loaded yet.`, {
    where: name,
    hint: `See "regia endpoints show ${name}" for what it follows and why it did not load.`,
  })
