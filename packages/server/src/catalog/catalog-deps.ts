import type { Artifact, Clock, DatasetVersion, ModelVersion, Page, PipelineVersion, Row, RunId } from '@regia/core'
import type { BlobStore, DataWorker } from '@regia/engine'
import type { Database } from '../database/database.ts'

/** What the catalog asks of the subject `data`. */
export type CatalogDatasets = {
  /** @throws RegiaError `NOT_FOUND`. */
  readonly getVersion: (name: string, version: number | 'latest') => Promise<DatasetVersion>
  readonly readRows: (digest: DatasetVersion['digest'], limit: number, offset: number) => Promise<Page<Row>>
  /** Makes a table the newest version; content that the newest version has already makes none. */
  readonly keepTable: (
    name: string,
    table: Artifact,
    origin: { readonly sourceName: string; readonly runId: RunId; readonly description: string | undefined },
  ) => Promise<{ readonly version: DatasetVersion; readonly isNew: boolean }>
}

/** What the catalog asks of the registry. @throws RegiaError `NOT_FOUND`. */
export type CatalogModels = {
  /** By number or alias. */
  readonly getVersion: (name: string, version: number | string) => Promise<ModelVersion>
  readonly getPackage: (name: string, version: string) => Promise<Artifact>
}

export type CatalogLimits = {
  /** Of what is read from an address. */
  readonly maxFetchBytes: number
  readonly fetchTimeoutMs: number
  /** Of a JSON entry, whose value travels inline. */
  readonly maxJsonBytes: number
  /** Larger files that no run has read yet are not taken in for a preview. */
  readonly maxPreviewBytes: number
}

export type CatalogDeps = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly worker: DataWorker
  readonly clock: Clock
  readonly home: string
  /** Where secrets by name are found. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Whether addresses of this machine may be read. */
  readonly allowsLoopback: boolean
  /** The real path of a file that a project may read. @throws RegiaError `PATH_OUTSIDE_ROOT`, `DATA_UNREADABLE`. */
  readonly findFile: (path: string, projectDir: string) => Promise<string>
  readonly datasets: CatalogDatasets
  readonly models: CatalogModels
  /** @throws RegiaError `NOT_FOUND`. */
  readonly getPipeline: (name: string, version: number | undefined) => Promise<PipelineVersion>
  readonly limits?: Partial<CatalogLimits>
}

export const DEFAULT_LIMITS: CatalogLimits = {
  maxFetchBytes: 4_000_000_000,
  fetchTimeoutMs: 600_000,
  maxJsonBytes: 4_000_000,
  maxPreviewBytes: 256_000_000,
}
