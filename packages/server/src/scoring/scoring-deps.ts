import type { Artifact, Clock, Digest, IdFactory, WebhookId } from '@regia/core'
import type { BlobStore, ScoreFileResult, ScoreInChildOptions, ScoreInChildRequest } from '@regia/engine'
import type { Connection, Database } from '../database/database.ts'

/** A version that can be loaded. */
export type ScoringModel = { readonly name: string; readonly version: number; readonly packageDigest: Digest }

export type ScoringDeps = {
  readonly database: Database
  readonly blobs: BlobStore
  /** What is under way is kept here; in the home's own file system. */
  readonly workDir: string
  /** @throws RegiaError `NOT_FOUND`, `MODEL_INVALID`, `CONFLICT` for one that cannot be loaded. */
  readonly findModel: (ref: string) => Promise<ScoringModel>
  /** The version that answers requests of an endpoint. @throws RegiaError `NOT_FOUND`, `CONFLICT`. */
  readonly modelOfEndpoint: (name: string) => Promise<ScoringModel>
  /** @throws RegiaError `NOT_FOUND`. */
  readonly findDataset: (
    name: string,
    version: number | 'latest',
  ) => Promise<{ readonly version: number; readonly digest: Digest }>
  /** Makes a table the newest version of a dataset. */
  readonly keepDataset: (name: string, table: Artifact, sourceName: string) => Promise<{ readonly version: number }>
  /** @throws RegiaError `NOT_FOUND`. */
  readonly findWebhook: (idOrName: string) => Promise<WebhookId>
  /** Writes down, within the transaction that ends a job, who is to be told. */
  readonly announce: (
    connection: Connection,
    data: Readonly<Record<string, unknown>>,
    also: WebhookId | undefined,
  ) => Promise<void>
  readonly score: (request: ScoreInChildRequest, options: ScoreInChildOptions) => Promise<ScoreFileResult>
  readonly publish: (type: 'scoringJob', id: string) => void
  readonly clock: Clock
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
}
