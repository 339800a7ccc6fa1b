import {
  type Artifact,
  type LogLine,
  type MetricPoint,
  type Page,
  RegiaError,
  type Run,
  type RunSummary,
} from '@regia/core'
import type { Database } from '../database/database.ts'
import { pageOf } from '../http/paging.ts'
import { type LogQuery, listLines, listMetrics } from './log-store.ts'
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

  async metrics(runId: string): Promise<readonly MetricPoint[]> {
    await getRunRow(this.#database, runId)
    return listMetrics(this.#database, runId)
  }

  /** @throws RegiaError `NOT_FOUND` where the run has no such output (yet), `INVALID_INPUT` where it is no table. */
  async getTable(runId: string, step: string, output: string): Promise<Artifact> {
    const run = await this.get(runId)
    const stepRun = run.steps.find((each) => each.step === step)
    const artifact = stepRun?.outputs[output]
    if (!artifact) {
      const names = run.steps.map((each) => each.step).slice(0, 20)
      throw new RegiaError('NOT_FOUND', `Run "${runId}" has no output "${step}.${output}".`, {
        hint: stepRun ? `Step "${step}" is ${stepRun.status}.` : `Its steps are: ${names.join(', ')}.`,
      })
    }
    if (artifact.kind === 'table') return artifact
    throw new RegiaError('INVALID_INPUT', `Output "${step}.${output}" is a ${artifact.kind}; only tables have rows.`)
  }
}
