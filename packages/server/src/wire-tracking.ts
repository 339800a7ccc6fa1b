import { type ArtifactTree, type Clock, createRng, type IdFactory } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import type { Database } from './database/database.ts'
import { GroupCommit } from './database/group-commit.ts'
import { Reader } from './database/reader.ts'
import type { EventBus } from './events/bus.ts'
import type { App } from './http/app.ts'
import { addMlflowRoutes } from './protocols/mlflow/index.ts'
import {
  addExperimentRoutes,
  addLoggedModelRoutes,
  addMetricRoutes,
  addRunRoutes,
  addSearchRoutes,
  ExperimentService,
  KeyIds,
  LoggedModelService,
  MetricHistoryService,
  type PurgeDeps,
  RunMirror,
  RunSearchService,
  RunService,
  type TrackingDeps,
  TrackingPurge,
} from './tracking/index.ts'

export type TrackingWiring = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly events: EventBus
  readonly clock: Clock
  readonly newId: IdFactory
  /** Unpredictable. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly files: Pick<ArtifactTree, 'delete'>
  /** What versions of registered models were made from. */
  readonly needed: PurgeDeps['needed']
  /** For what fails while nobody waits. */
  readonly onError: (error: unknown) => void
}

export type TrackingParts = {
  readonly experiments: ExperimentService
  readonly runs: RunService
  readonly search: RunSearchService
  readonly metrics: MetricHistoryService
  readonly loggedModels: LoggedModelService
  readonly purge: TrackingPurge
  /** What must be there before the first request is answered. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const ID_BYTES = 16

/** Experiments, runs, their files and models, connected with what they need. */
export function wireTracking(wiring: TrackingWiring): TrackingParts {
  const { database, events, clock, randomBytes, files, needed, onError } = wiring
  const newHexId = () => Buffer.from(randomBytes(ID_BYTES)).toString('hex')
  const deps: TrackingDeps = {
    database,
    commits: new GroupCommit(database),
    keys: new KeyIds(),
    publish: events.publish,
    clock,
    rng: createRng(newHexId()),
    newHexId,
  }
  const experiments = new ExperimentService(deps)
  const mirror = new RunMirror({ ...deps, experiments, events, onError })
  // A long curve holds up no search.
  const readers = { search: new Reader({ database }), metrics: new Reader({ database }) }
  return {
    experiments,
    runs: new RunService(deps),
    search: new RunSearchService(readers.search),
    metrics: new MetricHistoryService(readers.metrics),
    loggedModels: new LoggedModelService(deps),
    purge: new TrackingPurge({ ...deps, files, needed }),
    start: async () => {
      await experiments.start()
      mirror.start()
    },
    stop: async () => {
      await Promise.all([mirror.stop(), readers.search.close(), readers.metrics.close()])
    },
  }
}

export type TrackingRouteDeps = {
  /** Who acts through the API. */
  readonly operator: string
  readonly clock: Clock
}

/** Every route of tracking: Regia's own, and those of foreign protocols. */
export function addTrackingRoutes(app: App, parts: TrackingParts, { clock }: TrackingRouteDeps): void {
  const { experiments, runs, search, metrics, loggedModels } = parts
  addExperimentRoutes(app, experiments)
  addRunRoutes(app, { runs, experiments, clock })
  addSearchRoutes(app, search)
  addMetricRoutes(app, metrics)
  addLoggedModelRoutes(app, loggedModels)
  addMlflowRoutes(app, parts)
}
