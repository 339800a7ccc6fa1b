import type { LogLine, MapItem, MetricPoint, Page, Run, RunSummary } from '@regia/core'
import type { Database } from '../database/database.ts'
import { pageOf } from '../http/paging.ts'
import { type LogQuery, listLines, listMetrics } from './log-store.ts'
import { type ItemQuery, listItems } from './map/map-queries.ts'
import { getRun, listRuns, type RunQuery } from './run-queries.ts'
import { getRunRow } from './run-work.ts'
import type { VersionStore } from './version-store.ts'

/** What runs did and are doing. */
export class RunReader {
  readonly #database: Database
  readonly #versions: VersionStore

  constructor(database: Database, versions: VersionStore) {
    this.#database = database
    this.#versions = versions
  }

  async list(query: RunQuery): Promise<Page<RunSummary>> {
    const { items, total } = await listRuns(this.#database, query)
    return pageOf(items, total, query.offset)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  get(runId: string): Promise<Run> {
    return getRun(this.#database, this.#versions, runId)
  }

  async logs(runId: string, query: LogQuery): Promise<{ readonly lines: readonly LogLine[]; readonly next: number }> {
    await getRunRow(this.#database, runId)
    const lines = await listLines(this.#database, runId, query)
    return { lines, next: lines.at(-1)?.index ?? query.after }
  }

  /** The elements of a mapped step. @throws RegiaError `NOT_FOUND`. */
  async mapItems(runId: string, step: string, query: ItemQuery): Promise<Page<MapItem>> {
    await getRunRow(this.#database, runId)
    return listItems(this.#database, runId, step, query)
  }

  async metrics(runId: string): Promise<readonly MetricPoint[]> {
    await getRunRow(this.#database, runId)
    return listMetrics(this.#database, runId)
  }
}
