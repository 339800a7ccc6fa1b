import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { type ArtifactTree, type Clock, createIdFactory, type Digest, type IdFactory, toIso } from '@regia/core'
import { type BlobStore, createDataWorker, folderBlobStore, readModelPackage, sweepOld } from '@regia/engine'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { addArtifactRoutes } from './artifacts/routes.ts'
import { createArtifactTree, runOfPath } from './artifacts/tree/index.ts'
import { addBlobRoutes } from './blobs/routes.ts'
import { addCatalogRoutes } from './catalog/index.ts'
import { DataService } from './data/data-service.ts'
import { addDataRoutes } from './data/routes.ts'
import { openDatabase } from './database/open.ts'
import { DemoService } from './demo/demo-service.ts'
import { addDemoRoutes } from './demo/routes.ts'
import { createEventBus } from './events/bus.ts'
import { addEventRoutes } from './events/routes.ts'
import { addGarbageRoutes, type GarbageDeps, GarbageService } from './garbage/index.ts'
import { claimDatabase } from './home/claim-database.ts'
import { claimHome } from './home/claim-home.ts'
import { findOperator } from './home/operator.ts'
import type { App } from './http/app.ts'
import { BusySockets } from './http/busy-sockets.ts'
import { createApp } from './http/create-app.ts'
import { addDocs } from './http/docs.ts'
import { type DrainOptions, drain } from './http/drain.ts'
import { assertSafeBinding, createGate } from './http/guard.ts'
import { addHealthRoute } from './http/health.ts'
import { listen } from './http/listen.ts'
import { addMetrics } from './http/metrics.ts'
import { collectRoutes } from './http/not-found.ts'
import { reportTo } from './http/report-fault.ts'
import { addStatic } from './http/static.ts'
import { createLifetime } from './lifetime.ts'
import { addLineageRoutes, LineageService } from './lineage/index.ts'
import { addImportRoutes } from './models/import-routes.ts'
import { ModelService } from './models/model-service.ts'
import { addOptimiseRoutes } from './models/optimise-routes.ts'
import { addModelRoutes } from './models/routes.ts'
import { sourcesOfVersions } from './models/sources-of-versions.ts'
import type { CustomNotifier } from './notifications/index.ts'
import { failedRunNeeds, runEntry } from './overview/overview-service.ts'
import { addOverviewRoute } from './overview/routes.ts'
import { addChannelRoutes, ChannelService } from './pipelines/channels/index.ts'
import { addLeaseRoutes } from './pipelines/lease-routes.ts'
import { listApprovals } from './pipelines/list-approvals.ts'
import { addPipelineMetrics } from './pipelines/metrics.ts'
import { PipelineService } from './pipelines/pipeline-service.ts'
import { addPipelineRoutes } from './pipelines/routes.ts'
import { addRunActionRoutes } from './pipelines/run-action-routes.ts'
import { addRunRoutes } from './pipelines/run-routes.ts'
import { startScheduler } from './scheduler.ts'
import { addScoringRoutes } from './scoring/index.ts'
import { secretReader } from './secrets/read-secret.ts'
import { addPrecomputedRoutes, addProcessMetrics } from './serving/index.ts'
import { VERSION } from './version.ts'
import { addWebhookRoutes, type WebhookService } from './webhooks/index.ts'
import { addFileRoutes } from './wire-artifacts.ts'
import { wireCatalog } from './wire-catalog.ts'
import { fileFinder, wireArchives, wireImporter, wireOptimiser, wirePackager } from './wire-models.ts'
import { startGrpc } from './wire-open-inference.ts'
import { wireProcesses } from './wire-processes.ts'
import { addWhenRoutes, type ScheduleParts, wireSchedules } from './wire-schedules.ts'
import { wirePrecomputed, wireScoring } from './wire-scoring-jobs.ts'
import {
  addServingRoutes,
  followersOf,
  medianRequest,
  type ServingParts,
  servedModels,
  servingOverview,
  wireServing,
} from './wire-serving.ts'
import { addTrackingRoutes, type TrackingParts, wireTracking } from './wire-tracking.ts'
import { addRegistryProtocol, wireWebhooks } from './wire-webhooks.ts'

export const ROLES = ['api', 'scheduler', 'worker', 'gateway'] as const
export type Role = (typeof ROLES)[number]

export type ServerOptions = {
  /** The folder that keeps everything, `.regia` by custom. */
  readonly home: string
  /** The user's project; files are ingested from inside it. */
  readonly projectDir: string
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  readonly roles?: readonly Role[]
  /** Where the Open Inference Protocol is spoken over gRPC; nowhere where absent. 0 takes a free port. */
  readonly grpcPort?: number
  /** The endpoint that answers `/invocations` and `/ping`; where absent the only one does. */
  readonly invocations?: string
  /** The built control room. */
  readonly webDir?: string
  /** Asked of every request but `/health`. Needed for any host but this machine. */
  readonly token?: string
  readonly logger?: FastifyBaseLogger
  readonly clock?: Clock
  readonly newId?: IdFactory
  /** Who acts through the API, for the history: the person that the process runs as. */
  readonly operator?: string
  readonly maxBodyBytes?: number
  readonly maxBlobBytes?: number
  /** The database's file; `regia.db` in the home where absent. */
  readonly databasePath?: string
  /** Where content is kept; the folder `blobs` in the home where absent. */
  readonly blobs?: BlobStore
  /** How long a worker's lease holds without a heartbeat. */
  readonly leaseMs?: number
  /** Webhooks may be sent to private networks, to this machine and over plain http. */
  readonly allowPrivateWebhooks?: boolean
  /** How it takes leave of its clients when it closes; where absent it answers what is under way and closes. */
  readonly drain?: DrainOptions
  /** How many bytes of models stay in memory; a third of the machine's, at most 1 GiB, where absent. */
  readonly maxLoadedBytes?: number
  /** How many more processes answer predictions at the same port; none where absent. */
  readonly gatewayProcesses?: number
  /** Kinds of notifiers that the project brings, by type. */
  readonly customNotifiers?: Readonly<Record<string, CustomNotifier>>
}

export type RegiaServer = {
  readonly url: string
  readonly grpcPort?: number
  readonly app: App
  readonly services: {
    readonly data: DataService
    readonly models: ModelService
    readonly pipelines: PipelineService
    readonly demo: DemoService
    readonly webhooks: WebhookService
    readonly tracking: TrackingParts
    readonly files: ArtifactTree
  } & ServingParts &
    ScheduleParts
  /** Lets running requests finish, then lets go of everything. */
  readonly close: () => Promise<void>
}

const DEFAULT_MAX_BODY_BYTES = 32_000_000
const DEFAULT_MAX_BLOB_BYTES = 8_000_000_000
const OVERVIEW_RUNS = 20
const SCHEDULER_MS = 500
const ARCHIVE_MS = 10_000
const GRPC_GRACE_MS = 10_000
const SENDER_MS = 1_000
/** What is not sent by then is sent after the next start. */
const FINISH_MS = 5_000

/**
 * Starts a server: claims the folder, opens the database, wires the subjects together and listens. The only place where subjects meet.
 *
 * @throws RegiaError `CONFIG_INVALID`, `HOME_LOCKED`, `HOME_NOT_WRITABLE`, `PORT_IN_USE`.
 */
export async function createServer(options: ServerOptions): Promise<RegiaServer> {
  const { host = '127.0.0.1', port = 0, token, roles = ROLES, clock = Date.now } = options
  assertSafeBinding(host, token)
  const home = resolve(options.home)
  const projectDir = resolve(options.projectDir)
  const newId = options.newId ?? createIdFactory(clock, randomBytes)
  const logger = options.logger ?? createLogger()
  const operator = options.operator ?? findOperator()
  const onError = (error: unknown) => logger.error({ err: error }, 'failed while nobody waited for an answer')
  const startedAt = toIso(clock())

  const claim = claimHome(home)
  const { onClose, close } = createLifetime(onError)
  onClose(claim.release)
  // What a crash left; nobody waits for it, and it never fails.
  void sweepOld(join(home, 'tmp'), clock())
  try {
    if (options.databasePath !== undefined) onClose(claimDatabase(options.databasePath))
    const database = await openDatabase(options.databasePath ?? join(home, 'regia.db'), clock)
    onClose(() => database.destroy())
    const blobs = options.blobs ?? folderBlobStore(join(home, 'blobs'), clock)
    const maxBlobBytes = options.maxBlobBytes ?? DEFAULT_MAX_BLOB_BYTES
    const worker = createDataWorker({ tempDir: join(home, 'tmp', 'duckdb') })
    onClose(worker.close)
    const events = createEventBus(clock)
    onClose(events.close)
    const onChanged = (path: string) => {
      const run = runOfPath(path)
      if (run !== undefined) events.publish('trackedRun', run)
    }
    const files = createArtifactTree({ database, blobs, clock, maxBytes: maxBlobBytes, onChanged })

    const data = new DataService({ database, blobs, worker, events, clock, home, projectDir })
    const webhooks = wireWebhooks({
      ...{ database, events, clock, newId, onError, home, projectDir },
      allowsPrivate: options.allowPrivateWebhooks ?? false,
    })
    const models = new ModelService({
      database,
      events,
      clock,
      readPackage: async (digest) => readModelPackage(await blobs.read(digest)).manifest,
      packageSize: (digest) => blobs.sizeOf(digest),
      tell: (transaction, change) => webhooks.tell(transaction, change),
      followers: () => followersOf(parts),
      onPending: () => packager.wake(),
      speedOf: (version) => medianRequest(parts, version),
    })
    const demo = new DemoService(database, events, clock)
    const catalog = wireCatalog({
      ...{ database, blobs, worker, clock, home, host, data },
      registry: models,
      variables: process.env,
      getPipeline: (name, version) => pipelines.getVersion(name, version),
    })
    const channels = new ChannelService({ database, events, clock })
    const pipelines = new PipelineService({
      database,
      events,
      clock,
      newId,
      onError,
      datasets: { getVersion: (name, version) => data.getArtifact(name, version) },
      models,
      catalog,
      findChannelVersion: (pipeline, channel) => channels.findVersion(pipeline, channel),
      hasBlob: (digest) => blobs.renew(digest),
      elements: { blobs, cut: worker.cut, tempDir: join(home, 'tmp') },
      ...(options.leaseMs !== undefined && { leaseMs: options.leaseMs }),
    })
    onClose(() => pipelines.stop())
    const warn = (message: string) => logger.warn(message)
    const { maxLoadedBytes } = options
    const readSecret = secretReader({ variables: process.env, projectDir })
    const front = wireProcesses({
      ...{ count: options.gatewayProcesses ?? 0, clock, onError },
      find: (name) => parts.serving.endpoints.find(name),
    })
    const parts = wireServing({
      follower: front?.processes,
      ...{ database, blobs, worker, home, models, pipelines, events, clock, newId, onError, warn, maxLoadedBytes },
      readSecret,
      onDecision: (connection, decision) => when.notifications.releaseDecided(connection, decision),
    })
    onClose(parts.serving.close)
    const needed = (until: number) => sourcesOfVersions(database, toIso(Math.max(0, until)))
    const tracking = wireTracking({ ...{ database, blobs, events, clock, newId, randomBytes }, files, needed, onError })
    onClose(tracking.stop)
    const packager = wirePackager({ database, blobs, events, clock, home, models, tracking, files, onError })
    onClose(() => packager.stop())
    const importer = wireImporter({ blobs, home, models, readSecret })
    onClose(() => importer.stop())
    const archives = wireArchives({ blobs, home, models })
    onClose(() => archives.stop())
    const optimiser = wireOptimiser({ database, blobs, home, models, clock, newId, onError, data })
    onClose(() => optimiser.stop())
    await optimiser.open()
    const scoring = wireScoring({
      database,
      blobs,
      data,
      models,
      webhooks,
      events,
      clock,
      newId,
      onError,
      home,
      ...parts,
    })
    onClose(() => scoring.runner.stop())
    const precomputed = wirePrecomputed({ blobs, data, events, onError, home, scoring, ...parts })
    onClose(() => precomputed.close())
    let address: string | undefined
    const when = wireSchedules({
      database,
      pipelines,
      channels,
      events,
      clock,
      newId,
      onError,
      projectDir,
      customNotifiers: options.customNotifiers ?? {},
      address: () => address,
    })

    const maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
    const gate = createGate(host, token)
    const busy = new BusySockets()
    const report = reportTo(logger, newId)
    const app = createApp({ gate, token, logger, newId, maxBodyBytes, busy })
    if (front) onClose(front.close)
    onClose(() => app.close())
    const routes = collectRoutes(app)
    const registry = addMetrics(app)
    await addDocs(app, VERSION)
    addHealthRoute(app, { status: 'ok', version: VERSION, roles: [...roles] })
    addEventRoutes(app, events)
    addDataRoutes(app, data)
    addBlobRoutes(app, blobs, { maxBytes: maxBlobBytes })
    addPipelineRoutes(app, pipelines, operator)
    addChannelRoutes(app, channels, operator)
    addWhenRoutes(app, when, operator, clock)
    addRunRoutes(app, pipelines)
    addRunActionRoutes(app, pipelines, operator)
    const readRows = (digest: Digest, limit: number, offset: number) => data.readRows(digest, limit, offset)
    addArtifactRoutes(app, { database, blobs, readRows })
    addCatalogRoutes(app, catalog)
    addLeaseRoutes(app, pipelines.leases)
    addPipelineMetrics(registry, database)
    addModelRoutes(app, models, operator)
    addOptimiseRoutes(app, optimiser, operator)
    addImportRoutes(app, { importer, archives, operator })
    addWebhookRoutes(app, webhooks)
    addRegistryProtocol(app, { registry: models, webhooks, operator, ...tracking })
    addDemoRoutes(app, demo)
    addScoringRoutes(app, scoring, blobs, operator)
    addPrecomputedRoutes(app, precomputed, clock)
    if (front) addProcessMetrics(registry, front.processes)
    addServingRoutes(app, registry, parts, { gate, maxBodyBytes, busy, rootEndpoint: options.invocations, report })
    const tempDir = join(home, 'tmp')
    addFileRoutes(app, {
      ...{ ...tracking, tree: files, registry: models, addressOfFiles: fileFinder(models, tracking) },
      ...{ worker, clock, tempDir, maxBytes: maxBlobBytes },
    })
    addTrackingRoutes(app, tracking, { operator, clock })
    const lineage = new LineageService({ database, served: () => servedModels(parts) })
    addLineageRoutes(app, lineage)
    const purge: GarbageDeps['purge'] = async (request) => ({
      ...(await models.purgeDeleted(request)),
      ...(await tracking.purge.run(request)),
    })
    addGarbageRoutes(app, new GarbageService({ database, blobs, clock, purge }))
    const served = servingOverview(parts)
    const recentRuns = async () => (await pipelines.runs.list({ limit: OVERVIEW_RUNS, offset: 0 })).items
    addOverviewRoute(app, {
      runs: recentRuns,
      endpoints: served.endpoints,
      needs: [
        async () => failedRunNeeds(await recentRuns()),
        () => listApprovals(database),
        () => models.approvals.needs(),
        served.needs,
      ],
      timeline: [
        () => data.listTimeline(OVERVIEW_RUNS),
        async () => (await recentRuns()).map(runEntry),
        served.timeline,
      ],
      server: { version: VERSION, startedAt, home, project: projectDir },
    })
    await addStatic(app, options.webDir, routes)

    await tracking.start()
    await pipelines.start()
    await parts.serving.endpoints.open()
    const url = await listen(app, host, port, front !== undefined)
    // A port that was taken by chance leads nowhere once the command ends.
    if (port !== 0) address = url
    await when.notifications.start()
    await webhooks.sender.start()
    // Whoever owns the home sends, if only for the length of one command.
    const sender = startScheduler([() => when.notifications.turn(), () => webhooks.sender.turn()], SENDER_MS, onError)
    onClose(async () => {
      await Promise.all([sender.stop(), when.notifications.finish(FINISH_MS), webhooks.sender.finish(FINISH_MS)])
    })
    const grpc =
      options.grpcPort === undefined
        ? undefined
        : await startGrpc({
            ...{ service: parts.inference, gate, host, port: options.grpcPort, report },
            maxMessageBytes: maxBodyBytes,
          })
    if (grpc) onClose(() => grpc.close(GRPC_GRACE_MS))
    claim.announce({ url, pid: process.pid, version: VERSION, startedAt })
    await parts.load()
    await front?.start({ app, host, token, maxLoadedBytes })
    packager.wake()
    // A command that owns the home for its own moment begins nothing that it would have to break off.
    if (roles.includes('scheduler')) await scoring.runner.start()
    void precomputed.refresh()
    if (roles.includes('scheduler')) {
      const turns = [
        () => parts.serving.release.turn(),
        () => parts.monitoring.turn(),
        () => when.schedules.turn(),
        () => when.backfills.turn(),
      ]
      onClose(startScheduler(turns, SCHEDULER_MS, onError).stop)
      onClose(startScheduler([() => parts.serving.archive.turn(), () => lineage.turn()], ARCHIVE_MS, onError).stop)
    }
    // Last to be opened, so that it comes first when the server closes: all is still there while clients go.
    const { drain: leave } = options
    onClose(async () => {
      await Promise.all([leave && drain(app, busy, leave), front?.drain(leave ?? { delayMs: 0, lingerMs: 0 })])
    })
    return {
      url,
      ...(grpc && { grpcPort: grpc.port }),
      app,
      services: { data, models, pipelines, demo, tracking, files, webhooks, ...parts, ...when },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const createLogger = (): FastifyBaseLogger =>
  pino({ level: 'warn', redact: ['req.headers.authorization', 'req.headers.cookie'] }, pino.destination(2))
