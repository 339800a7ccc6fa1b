import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  type Artifact,
  type Clock,
  type Dataset,
  type DatasetVersion,
  type Digest,
  type Page,
  type Row,
  type RunId,
  type TableSchema,
  type TimelineEntry,
  toIso,
} from '@regia/core'
import { type BlobStore, type DataWorker, hashFile } from '@regia/engine'
import type { Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import { pageOf } from '../http/paging.ts'
import {
  findBySource,
  findNewest,
  getDataset,
  getVersion,
  listDatasets,
  listRecentVersions,
  listVersions,
  type NewVersion,
  saveNewest,
  saveVersion,
} from './dataset-store.ts'
import { resolveSourcePath } from './resolve-path.ts'

export type DataDeps = {
  readonly database: Database
  readonly blobs: BlobStore
  readonly worker: DataWorker
  readonly events: EventBus
  readonly clock: Clock
  readonly home: string
  readonly projectDir: string
}

export type IngestInput = {
  readonly name: string
  readonly path: string
  readonly schema?: TableSchema | undefined
  readonly description?: string | undefined
}

/** Where a table came from that was made here: its name for people, and the run where one made it. */
export type TableOrigin = {
  readonly sourceName: string
  readonly runId?: RunId
  readonly description?: string | undefined
}
export type KeptTable = { readonly version: DatasetVersion; readonly isNew: boolean }

type Window = { readonly limit: number; readonly offset: number }

/** Datasets and their immutable, content-addressed versions. */
export class DataService {
  readonly #deps: DataDeps

  constructor(deps: DataDeps) {
    this.#deps = deps
  }

  /**
   * Makes a dataset version of a file. The same content under the same schema is the version that it was.
   *
   * @throws RegiaError `PATH_OUTSIDE_ROOT`, and what the data engine finds wrong with the file.
   */
  async ingest({ name, path, schema, description }: IngestInput): Promise<DatasetVersion> {
    const { database, events, projectDir, home } = this.#deps
    const sourcePath = await resolveSourcePath(path, projectDir, home)
    const sourceDigest = await hashFile(sourcePath)
    const known = await findBySource(database, name, sourceDigest, schema)
    const made = known ?? (await this.#makeVersion(name, sourcePath, sourceDigest, schema))
    const { version, isNew } = await database
      .transaction()
      .execute((transaction) => saveVersion(transaction, made, description))
    if (isNew) events.publish('dataset', name)
    return version
  }

  /** Makes a table that a run made the newest version. Content that the newest version has already makes none. */
  async keepTable(name: string, table: Artifact, origin: TableOrigin): Promise<KeptTable> {
    const { database, events } = this.#deps
    const newest = await findNewest(database, name)
    if (newest?.digest === table.digest && !newest.schema && !newest.quarantineDigest)
      return { version: newest, isNew: false }
    const made = await this.#describeTable(name, table, origin)
    const kept = await database
      .transaction()
      .execute((transaction) => saveNewest(transaction, made, origin.description))
    if (kept.isNew) events.publish('dataset', name)
    return kept
  }

  async list({ limit, offset }: Window): Promise<Page<Dataset>> {
    const { items, total } = await listDatasets(this.#deps.database, { limit, offset })
    return pageOf(items, total, offset)
  }

  get(name: string): Promise<Dataset> {
    return getDataset(this.#deps.database, name)
  }

  async listVersions(name: string, { limit, offset }: Window): Promise<Page<DatasetVersion>> {
    const { items, total } = await listVersions(this.#deps.database, name, { limit, offset })
    return pageOf(items, total, offset)
  }

  getVersion(name: string, version: number | 'latest'): Promise<DatasetVersion> {
    return getVersion(this.#deps.database, name, version)
  }

  /** Recent versions as marks on a time axis. */
  async listTimeline(limit: number): Promise<readonly TimelineEntry[]> {
    const versions = await listRecentVersions(this.#deps.database, limit)
    return versions.map(({ dataset, version, validRowCount, quarantinedRowCount, createdAt }) => ({
      kind: 'data',
      title: `${dataset} version ${version}`,
      detail: `${validRowCount} rows, ${quarantinedRowCount} in quarantine`,
      at: createdAt,
      link: { page: 'data', id: dataset },
    }))
  }

  /** A version as pipelines take it. */
  async getArtifact(
    name: string,
    version: number | 'latest',
  ): Promise<{ readonly version: number; readonly artifact: Artifact }> {
    const found = await this.getVersion(name, version)
    const { digest, sizeBytes, validRowCount, columns } = found
    return { version: found.version, artifact: { kind: 'table', digest, sizeBytes, rowCount: validRowCount, columns } }
  }

  /** Valid rows, or those in quarantine with the reason in `_reason`. */
  async listRows(
    name: string,
    version: number | 'latest',
    isQuarantined: boolean,
    { limit, offset }: Window,
  ): Promise<Page<Row>> {
    const found = await this.getVersion(name, version)
    const digest = isQuarantined ? found.quarantineDigest : found.digest
    return digest ? this.readRows(digest, limit, offset) : { items: [], total: 0 }
  }

  /** Rows of any Parquet blob. */
  async readRows(digest: Digest, limit: number, offset: number): Promise<Page<Row>> {
    const path = await this.#deps.blobs.localPath(digest)
    const { rows, total } = await this.#deps.worker.rows({ path, limit, offset })
    return pageOf(rows, total, offset)
  }

  async #describeTable(name: string, table: Artifact, { sourceName, runId }: TableOrigin): Promise<NewVersion> {
    const { blobs, worker, clock } = this.#deps
    const path = await blobs.localPath(table.digest)
    const columns = await worker.columns(path)
    const profile = await worker.profile(path)
    const rowCount = table.rowCount ?? (await worker.rows({ path, limit: 0 })).total
    return {
      dataset: name,
      digest: table.digest,
      sourceDigest: table.digest,
      sourceName,
      columns: [...columns],
      rowCount,
      validRowCount: rowCount,
      quarantinedRowCount: 0,
      quarantineReasons: [],
      profile,
      sizeBytes: table.sizeBytes,
      createdAt: toIso(clock()),
      ...(runId !== undefined && { runId }),
    }
  }

  async #makeVersion(
    name: string,
    sourcePath: string,
    sourceDigest: Digest,
    schema: TableSchema | undefined,
  ): Promise<NewVersion> {
    const { blobs, worker, home, clock } = this.#deps
    const folder = join(home, 'tmp', `ingest-${randomUUID()}`)
    const outputPath = join(folder, 'rows.parquet')
    const quarantinePath = join(folder, 'quarantine.parquet')
    await mkdir(folder, { recursive: true })
    try {
      const result = await worker.ingest({ sourcePath, outputPath, quarantinePath, ...(schema && { schema }) })
      const { digest, sizeBytes } = await blobs.putFile(outputPath, { move: true })
      const quarantine =
        result.quarantinedRowCount > 0 ? await blobs.putFile(quarantinePath, { move: true }) : undefined
      return {
        dataset: name,
        digest,
        sourceDigest,
        sourceName: basename(sourcePath),
        columns: [...result.columns],
        ...(schema && { schema }),
        rowCount: result.rowCount,
        validRowCount: result.validRowCount,
        quarantinedRowCount: result.quarantinedRowCount,
        ...(quarantine && { quarantineDigest: quarantine.digest }),
        quarantineReasons: [...result.reasons],
        profile: result.profile,
        sizeBytes,
        createdAt: toIso(clock()),
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
