import { type Clock, createRng, type Experiments, type IdFactory, type LoggedModels, type Runs } from '@regia/core'
import type { BlobStore } from '@regia/engine'
import type { Database } from './database/database.ts'
import { GroupCommit } from './database/group-commit.ts'
import type { EventBus } from './events/bus.ts'
import type { App } from './http/app.ts'
import { ExperimentService, KeyIds, LoggedModelService, RunService, type TrackingDeps } from './tracking/index.ts'

export type TrackingWiring = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly events: EventBus
  readonly clock: Clock
  readonly newId: IdFactory
  /** Unpredictable. */
  readonly randomBytes: (count: number) => Uint8Array
}

export type TrackingParts = {
  readonly experiments: Experiments
  readonly runs: Runs
  readonly loggedModels: LoggedModels
  /** What must be there before the first request is answered. */
  readonly start: () => Promise<void>
}

const ID_BYTES = 16

/** Experiments, runs, their files and models, connected with what they need. */
export function wireTracking({ database, events, clock, randomBytes }: TrackingWiring): TrackingParts {
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
  return {
    experiments,
    runs: new RunService(deps),
    loggedModels: new LoggedModelService(deps),
    start: () => experiments.start(),
  }
}

export type TrackingRouteDeps = {
  /** Who acts through the API. */
  readonly operator: string
  readonly clock: Clock
}

/** Every route of tracking: Regia's own, and those of foreign protocols. */
export function addTrackingRoutes(_app: App, _parts: TrackingParts, _deps: TrackingRouteDeps): void {}
