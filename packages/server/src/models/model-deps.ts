import type { Clock, Digest, ModelPackage, ModelVersion, RegistryChange } from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'

/** What an endpoint serves or follows of a model: an alias, a version, or both. */
export type Follower = {
  readonly endpoint: string
  readonly model: string
  readonly alias?: string
  readonly version?: number
}

export type ModelDeps = {
  readonly database: Database
  readonly events: EventBus
  readonly clock: Clock
  /** The manifest of a package in the blob store, verified. @throws RegiaError `MODEL_INVALID`, `BLOB_MISSING`. */
  readonly readPackage: (digest: Digest) => Promise<ModelPackage>
  readonly packageSize: (digest: Digest) => Promise<number>
  /** What endpoints serve or follow: it can be neither deleted nor renamed. Nothing where absent. */
  readonly followers?: () => Promise<readonly Follower[]>
  /** Hears of every change within the transaction that makes it. */
  readonly tell?: (transaction: Connection, change: RegistryChange) => Promise<void>
  /** Hears of a version whose files came from elsewhere and are not packaged yet, when it is committed. */
  readonly onPending?: () => void
  /** The median request of a version in milliseconds, where one was answered lately. */
  readonly speedOf?: (version: ModelVersion) => Promise<number | undefined>
}
