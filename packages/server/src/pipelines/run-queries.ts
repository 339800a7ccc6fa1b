import { RegiaError, RUN_STATUSES, type Run, type RunStatus, type RunSummary } from '@regia/core'
import { containsText } from '../database/contains-text.ts'
import type { Connection } from '../database/database.ts'
import { suggest } from '../http/near-names.ts'
import { findProgress } from './map/map-queries.ts'
import { runOf, summaryOf } from './run-views.ts'
import { getRunRow } from './run-work.ts'
import type { VersionStore } from './version-store.ts'

export type RunQuery = {
  readonly pipeline?: string | undefined
  readonly status?: string | undefined
  readonly search?: string | undefined
  readonly sort?: string | undefined
  readonly limit: number
  readonly offset: number
}

const SORT_COLUMNS = {
  createdAt: 'created_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  number: 'number',
  pipeline: 'pipeline',
  status: 'status',
} as const

/** Runs as lists show them; the newest first unless `sort` says otherwise (`number`, `-finishedAt` …). */
export async function listRuns(
  connection: Connection,
  query: RunQuery,
): Promise<{ readonly items: readonly RunSummary[]; readonly total: number }> {
  const statuses = parseStatuses(query.status)
  const { column, direction } = parseSort(query.sort ?? '-createdAt')
  const search = query.search?.trim()
  const number = /^(?:.*#)?(\d{1,9})$/.exec(search ?? '')?.[1]
  const runs = connection
    .selectFrom('run')
    .$if(query.pipeline !== undefined, (select) => select.where('pipeline', '=', query.pipeline ?? ''))
    .$if(statuses !== undefined, (select) => select.where('status', 'in', statuses ?? []))
    .$if(search !== undefined && search !== '', (select) =>
      select.where(({ or, eb }) =>
        or([
          containsText('pipeline', search ?? ''),
          containsText('params', search ?? ''),
          eb('id', '=', search ?? ''),
          ...(number === undefined ? [] : [eb('number', '=', Number(number))]),
        ]),
      ),
    )
  const rows = await runs
    .selectAll()
    .orderBy(column, direction)
    .orderBy('id', direction)
    .limit(query.limit)
    .offset(query.offset)
    .execute()
  const { total } = await runs.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(summaryOf), total: Number(total) }
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getRun(connection: Connection, versions: VersionStore, runId: string): Promise<Run> {
  const row = await getRunRow(connection, runId)
  const version = await versions.get(connection, row.pipeline, row.pipeline_version)
  const steps = await connection
    .selectFrom('step_run')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute()
  return runOf(row, version, steps, await findProgress(connection, runId))
}

/** The newest run of each of these pipelines. */
export async function findLastRuns(
  connection: Connection,
  pipelines: readonly string[],
): Promise<ReadonlyMap<string, RunSummary>> {
  if (pipelines.length === 0) return new Map()
  const newest = connection
    .selectFrom('run')
    .select(['pipeline as newest_pipeline', ({ fn }) => fn.max('number').as('newest_number')])
    .where('pipeline', 'in', pipelines)
    .groupBy('pipeline')
    .as('newest')
  const rows = await connection
    .selectFrom('run')
    .innerJoin(newest, (join) =>
      join.onRef('run.pipeline', '=', 'newest_pipeline').onRef('run.number', '=', 'newest_number'),
    )
    .selectAll('run')
    .execute()
  return new Map(rows.map((row) => [row.pipeline, summaryOf(row)]))
}

function parseStatuses(text: string | undefined): readonly RunStatus[] | undefined {
  if (text === undefined || text === '') return undefined
  return text.split(',').map((name) => {
    const status = RUN_STATUSES.find((each) => each === name.trim())
    if (status) return status
    throw new RegiaError('INVALID_INPUT', `"${name.slice(0, 50)}" is not the status of a run.`, {
      where: 'query.status',
      hint: suggest(name, RUN_STATUSES),
    })
  })
}

function parseSort(text: string) {
  const direction = text.startsWith('-') ? ('desc' as const) : ('asc' as const)
  const name = text.replace(/^-/, '')
  const found = Object.entries(SORT_COLUMNS).find(([key]) => key === name)
  if (found) return { column: found[1], direction }
  throw new RegiaError('INVALID_INPUT', `Runs cannot be sorted by "${name.slice(0, 50)}".`, {
    where: 'query.sort',
    hint: `${suggest(name, Object.keys(SORT_COLUMNS))} A "-" before it turns the order round.`,
  })
}
