import {
  type Attempt,
  type MapItem,
  type MapProgress,
  type Page,
  RegiaError,
  STEP_STATUSES,
  type StepStatus,
} from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../../database/database.ts'
import { decodeJson, decodeOptionalJson } from '../../database/json-text.ts'
import { pageOf } from '../../http/paging.ts'
import { findMap, listMaps } from './map-store.ts'
import type { ItemRow, MapRow } from './tables.ts'

const SLOTS = 20

export type Histogram = Pick<MapProgress, 'durations' | 'slowestMs'>

/** How far the mapped steps of a run are, by the id of the step run. */
export async function findProgress(connection: Connection, runId: string): Promise<ReadonlyMap<string, MapProgress>> {
  const progress = new Map<string, MapProgress>()
  for (const map of await listMaps(connection, runId)) {
    progress.set(map.step_run_id, progressOf(map, await histogramOf(connection, map)))
  }
  return progress
}

const progressOf = (map: MapRow, histogram: Histogram): MapProgress => ({
  total: map.total,
  waiting: map.waiting + map.queued,
  running: map.running,
  succeeded: map.succeeded,
  cached: map.cached,
  failed: map.failed,
  durations: [...histogram.durations],
  slowestMs: histogram.slowestMs,
})

async function histogramOf(connection: Connection, map: MapRow): Promise<Histogram> {
  const durations = decodeOptionalJson(map.durations)
  if (durations) return { durations: [...durations], slowestMs: map.slowest_ms ?? 0 }
  return countDurations(connection, map.step_run_id)
}

/** Counted where they are: an index has them in order. */
export async function countDurations(connection: Connection, stepRunId: string): Promise<Histogram> {
  const durations = new Array<number>(SLOTS).fill(0)
  const ofStep = connection.selectFrom('map_item').where('step_run_id', '=', stepRunId)
  const { slowest } = await ofStep.select(({ fn }) => fn.max('duration_ms').as('slowest')).executeTakeFirstOrThrow()
  if (slowest === null) return { durations, slowestMs: 0 }
  // Both are integers, so the quotient is one, and the slowest falls into the last slot.
  const slot = sql<number>`duration_ms * ${sql.lit(SLOTS)} / ${sql.lit(Number(slowest) + 1)}`
  const rows = await ofStep
    .select([slot.as('slot'), ({ fn }) => fn.countAll<number>().as('count')])
    .where('duration_ms', 'is not', null)
    .groupBy('slot')
    .execute()
  for (const row of rows) durations[Number(row.slot)] = Number(row.count)
  return { durations, slowestMs: Number(slowest) }
}

export type ItemQuery = { readonly status?: string | undefined; readonly limit: number; readonly offset: number }

/** The elements of a mapped step, in order. @throws RegiaError `NOT_FOUND` when the run has no such step, `INVALID_INPUT` for a status that is none. */
export async function listItems(
  connection: Connection,
  runId: string,
  step: string,
  { status, limit, offset }: ItemQuery,
): Promise<Page<MapItem>> {
  const statuses = parseStatuses(status)
  const stepRunId = await findStepRun(connection, runId, step)
  const map = await findMap(connection, stepRunId)
  if (!map) return pageOf([], 0, offset)
  const items = connection
    .selectFrom('map_item')
    .where('step_run_id', '=', stepRunId)
    .$if(statuses !== undefined, (select) => select.where('status', 'in', statuses ?? []))
  const rows = await items.selectAll().orderBy('number').limit(limit).offset(offset).execute()
  const { total } = await items.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return pageOf(rows.map(itemOf), Number(total), offset)
}

async function findStepRun(connection: Connection, runId: string, step: string): Promise<string> {
  const row = await connection
    .selectFrom('step_run')
    .select('id')
    .where('run_id', '=', runId)
    .where('step', '=', step)
    .executeTakeFirst()
  if (row) return row.id
  throw new RegiaError('NOT_FOUND', `Run "${runId}" has no step "${step}".`, {
    hint: `List its steps with "regia runs show ${runId}".`,
  })
}

function itemOf(row: ItemRow): MapItem {
  const error = decodeOptionalJson(row.error)
  return {
    index: row.number,
    label: row.label,
    status: row.status,
    attempts: decodeJson(row.attempts).map((attempt) => (row.status === 'cancelled' ? ended(attempt) : attempt)),
    outputs: decodeJson(row.outputs),
    ...(row.duration_ms !== null && { durationMs: row.duration_ms }),
    ...(error && { error }),
  }
}

/** Thousands of elements are cancelled at once, without touching what each of them tells of its attempts. */
const ended = (attempt: Attempt): Attempt =>
  attempt.status === 'queued' || attempt.status === 'running' ? { ...attempt, status: 'cancelled' } : attempt

function parseStatuses(text: string | undefined): readonly StepStatus[] | undefined {
  if (text === undefined || text === '') return undefined
  return text.split(',').map((name) => {
    const status = STEP_STATUSES.find((each) => each === name.trim())
    if (status) return status
    throw new RegiaError('INVALID_INPUT', `"${name.slice(0, 50)}" is not the status of an element.`, {
      where: 'query.status',
      hint: `Give some of: ${STEP_STATUSES.join(', ')}.`,
    })
  })
}
