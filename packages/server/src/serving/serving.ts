import type { Clock, IdFactory } from '@regia/core'
import type { Database } from '../database/database.ts'
import type { ReportFault } from '../http/report-fault.ts'
import type { Lane } from '../http/short-requests.ts'
import { DecisionLog } from './endpoints/decision-log.ts'
import type { ServingDeps } from './endpoints/endpoint-deps.ts'
import { EndpointQueries } from './endpoints/endpoint-queries.ts'
import { EndpointSet } from './endpoints/endpoint-set.ts'
import { EndpointStore, type OnDecision } from './endpoints/endpoint-store.ts'
import { createFastLane, type FastLaneOptions } from './gateway/fast-lane.ts'
import type { ModelDirectory } from './gateway/model-directory.ts'
import type { GatewayFollower } from './gateway/other-processes.ts'
import { reportUnexpected } from './gateway/report-unexpected.ts'
import { CountStore, type FindVersionFacts, LogConsumer } from './log-consumer/index.ts'
import { LogArchive, type LogArchiveOptions, type LogTrouble, PredictionLog } from './prediction-log/index.ts'
import { ReferenceService, ReferenceStore, withLoggedReferences } from './reference/index.ts'
import { PairStore } from './release/pair-store.ts'
import { ReleaseFiguresStore } from './release/release-figures.ts'
import { ReleasePlanner } from './release/release-planner.ts'
import { ReleaseService } from './release/release-service.ts'
import { ReleaseStore } from './release/release-store.ts'
import { ShadowPlanner } from './release/shadow-planner.ts'
import { watchLoad } from './watch-load.ts'

export type ServingOptions = {
  readonly database: Database
  /** Folder of the prediction log, `<home>/log`. */
  readonly logDir: string
  readonly directory: ModelDirectory
  /** Signature and reference profile of a registered version. */
  readonly findFacts: FindVersionFacts
  readonly publish: ServingDeps['publish']
  /** Told of each decision about an endpoint within the transaction that keeps it. */
  readonly onDecision?: OnDecision
  readonly clock: Clock
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
  readonly onLogTrouble?: (trouble: LogTrouble) => void
  readonly toParquet: LogArchiveOptions['toParquet']
  readonly tempDir: string
  readonly syncIntervalMs?: number
  readonly commitIntervalMs?: number
  readonly segmentBytes?: number
  /** Processes that serve the same endpoints. */
  readonly follower?: GatewayFollower | undefined
}

/** The serving subject, wired: endpoints, their log and its counts, and the releases. */
export type Serving = {
  readonly endpoints: EndpointSet
  readonly queries: EndpointQueries
  readonly release: ReleaseService
  readonly references: ReferenceService
  /** Facts of a version as an endpoint counts with them. */
  readonly findFactsAt: FindVersionFacts
  readonly counts: CountStore
  readonly log: PredictionLog
  readonly consumer: LogConsumer
  readonly archive: LogArchive
  readonly clock: Clock
  /** Takes plain predictions past the framework. */
  readonly fastLane: (
    options: Pick<FastLaneOptions, 'protocols' | 'isAllowed'> & { readonly report: ReportFault },
  ) => Lane
  readonly close: () => Promise<void>
}

/** Makes the services. Endpoints are known after `endpoints.open()` and serve after `endpoints.load()`. */
export function createServing(options: ServingOptions): Serving {
  const { database, clock, onError } = options
  const log = new PredictionLog({
    dir: options.logDir,
    clock,
    onSyncError: onError,
    ...(options.onLogTrouble && { onTrouble: options.onLogTrouble }),
    ...(options.syncIntervalMs !== undefined && { syncIntervalMs: options.syncIntervalMs }),
    ...(options.segmentBytes !== undefined && { segmentBytes: options.segmentBytes }),
  })
  const counts = new CountStore(database)
  const releases = new ReleaseStore(database)
  const figures = new ReleaseFiguresStore(database)
  const { findFacts, commitIntervalMs } = options
  const loggedReferences = new ReferenceStore(database)
  const findFactsAt = withLoggedReferences(findFacts, loggedReferences)
  const consumer = new LogConsumer({
    store: counts,
    counters: { releases, figures },
    findFacts: findFactsAt,
    onError,
    onCommitted: (endpoint) => options.publish('prediction', endpoint),
    ...(commitIntervalMs !== undefined && { commitIntervalMs }),
  })
  const deps: ServingDeps = {
    store: new EndpointStore(database, options.onDecision),
    pairs: new PairStore(database),
    releases,
    figures,
    counts,
    log,
    consumer,
    directory: options.directory,
    findFacts,
    publish: options.publish,
    follower: options.follower,
    clock,
    newId: options.newId,
    onError,
  }
  const decisions = new DecisionLog(deps)
  const endpoints = new EndpointSet(deps, decisions, {
    releases: new ReleasePlanner(deps, decisions),
    shadows: new ShadowPlanner(deps, decisions),
  })
  const release = new ReleaseService(deps, endpoints)
  return {
    endpoints,
    release,
    references: new ReferenceService({
      ...{ store: loggedReferences, endpoints, consumer, findFacts, clock },
      publish: options.publish,
    }),
    findFactsAt,
    queries: new EndpointQueries(deps, endpoints, release),
    counts,
    log,
    consumer,
    archive: new LogArchive({
      log,
      toParquet: options.toParquet,
      findCounted: (endpoint) => counts.findPosition(endpoint),
      tempDir: options.tempDir,
      isBusy: watchLoad(),
      clock,
      onError,
    }),
    clock,
    fastLane: ({ isAllowed, report, ...lane }) => {
      const protocols = lane.protocols.map((protocol) => reportUnexpected(protocol, report))
      return createFastLane({ protocols, isAllowed, clock, find: (name) => endpoints.find(name) })
    },
    close: async () => {
      await release.close()
      await endpoints.close()
      await consumer.close()
      await log.close()
    },
  }
}
