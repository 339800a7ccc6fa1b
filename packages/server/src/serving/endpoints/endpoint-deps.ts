import type { Clock, IdFactory } from '@regia/core'
import type { ModelDirectory } from '../gateway/model-directory.ts'
import type { GatewayFollower } from '../gateway/other-processes.ts'
import type { CountStore, FindVersionFacts, LogConsumer } from '../log-consumer/index.ts'
import type { PredictionLog } from '../prediction-log/index.ts'
import type { PairStore } from '../release/pair-store.ts'
import type { ReleaseFiguresStore } from '../release/release-figures.ts'
import type { ReleaseStore } from '../release/release-store.ts'
import type { EndpointStore } from './endpoint-store.ts'

/** What the services of this subject share. */
export type ServingDeps = {
  readonly store: EndpointStore
  readonly pairs: PairStore
  readonly releases: ReleaseStore
  readonly figures: ReleaseFiguresStore
  readonly counts: CountStore
  readonly log: PredictionLog
  readonly consumer: LogConsumer
  readonly directory: ModelDirectory
  readonly findFacts: FindVersionFacts
  /** Processes that serve the same endpoints. */
  readonly follower?: GatewayFollower | undefined
  readonly publish: (type: 'endpoint' | 'decision' | 'prediction', id: string) => void
  readonly clock: Clock
  readonly newId: IdFactory
  /** Told of what failed while nobody waited for an answer. */
  readonly onError: (error: unknown) => void
}
