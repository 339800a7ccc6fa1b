import type { MetricEntry, RunStatus } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import { bulkRows } from '../../database/bulk-rows.ts'
import type { Tables } from '../../database/database.ts'
import { decodeJson } from '../../database/json-text.ts'
import { findRun } from '../find-run.ts'
import type { KeyIds } from '../key-ids.ts'
import { writeBatch } from '../run-batch.ts'
import { datasetOf, paramEntries, trackedStatusOf, trackedStepStatus, triggerText } from './mirrored-values.ts'

type Tx = Transaction<Tables>
type RunRow = Tables['run']
export type Mirrored = {
  /** False where more points wait than are taken at once. */
  readonly isComplete: boolean
  readonly keys: ReadonlyMap<string, number>
}

const POINTS_AT_ONCE = 1_000
const OVER: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled']

/**
 * Makes a run of a pipeline and those of its steps that have begun tracked runs, under their own ids, or brings them up to date. Doing it twice
 * changes nothing. One that somebody deleted among the tracked runs stays as it is.
 *
 * @param experimentId - Of the pipeline.
 */
export async function mirrorRun(
  transaction: Tx,
  run: RunRow,
  experimentId: number,
  keys: KeyIds,
  now: number,
): Promise<Mirrored> {
  const steps = await stepsOf(transaction, run.id)
  await writeRuns(transaction, [parentRow(run), ...steps.map((step) => stepRow(run, step))], experimentId, now)
  const known = new Map<string, number>()
  const remember = (ids: ReadonlyMap<string, number>) => {
    for (const [name, id] of ids) known.set(name, id)
  }
  const parent = await findRun(transaction, run.id)
  const isDeleted = parent?.deleted_ms !== null
  if (!isDeleted) remember(await writeBatch(transaction, run.id, contentOf(run), keys, now))
  const before = await lastTaken(transaction, run.id)
  const points = isDeleted ? [] : await pointsOf(transaction, run.id, before)
  const idsByStep = new Map(steps.map(({ step, id }) => [step, id]))
  for (const [step, metrics] of Map.groupBy(points, ({ stepName }) => stepName ?? '')) {
    remember(await writeBatch(transaction, run.id, { metrics }, keys, now))
    const child = await findRun(transaction, idsByStep.get(step) ?? '')
    if (child?.deleted_ms === null) remember(await writeBatch(transaction, child.id, { metrics }, keys, now))
  }
  const isComplete = points.length < POINTS_AT_ONCE
  const isFinal = isComplete && OVER.includes(run.status)
  await note(transaction, run.id, points.at(-1)?.number ?? before, isFinal)
  return { isComplete, keys: known }
}

async function lastTaken(transaction: Tx, runId: string): Promise<number> {
  const { metric_number = 0 } =
    (await transaction
      .selectFrom('mirrored_run')
      .select('metric_number')
      .where('run_id', '=', runId)
      .executeTakeFirst()) ?? {}
  return metric_number
}

async function note(transaction: Tx, run_id: string, metric_number: number, isFinal: boolean): Promise<void> {
  const row = { metric_number, is_final: isFinal ? 1 : 0 }
  await transaction
    .insertInto('mirrored_run')
    .values({ run_id, ...row })
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet(row))
    .execute()
}

type Step = Pick<Tables['step_run'], 'id' | 'step' | 'status' | 'started_at' | 'finished_at'>

async function stepsOf(transaction: Tx, runId: string): Promise<readonly Step[]> {
  const steps = await transaction
    .selectFrom('step_run')
    .select(['id', 'step', 'status', 'started_at', 'finished_at'])
    .where('run_id', '=', runId)
    .orderBy('position')
    .execute()
  // One that was cancelled before it began never was a run.
  return steps.filter(
    ({ status, started_at }) =>
      trackedStepStatus(status) !== undefined && (status !== 'cancelled' || started_at !== null),
  )
}

type Row = readonly [
  id: string,
  name: string,
  status: string,
  user: string | null,
  startMs: number | null,
  endMs: number | null,
  parentId: string | null,
  origin: string,
]
const COLUMNS = ['id', 'name', 'status', 'user_name', 'start_ms', 'end_ms', 'parent_id', 'origin']

function parentRow(run: RunRow): Row {
  const trigger = decodeJson(run.trigger)
  const user = trigger.kind === 'person' ? trigger.by : null
  const start = msOf(run.started_at ?? run.created_at)
  const status = trackedStatusOf(run.status)
  return [run.id, `${run.pipeline} #${run.number}`, status, user, start, msOf(run.finished_at), null, originOf(run)]
}

function stepRow(run: RunRow, { id, step, status, started_at, finished_at }: Step): Row {
  const tracked = trackedStepStatus(status) ?? 'scheduled'
  return [id, step, tracked, null, msOf(started_at ?? finished_at), msOf(finished_at), run.id, originOf(run, step)]
}

const originOf = ({ id, pipeline, number }: RunRow, step?: string): string =>
  JSON.stringify({ runId: id, pipeline, number, ...(step !== undefined && { step }) })

const msOf = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso))

async function writeRuns(transaction: Tx, rows: readonly Row[], experimentId: number, now: number): Promise<void> {
  await sql`
    insert into tracked_run
    (id, experiment_id, name, status, source, user_name, start_ms, end_ms, parent_id, origin, updated_ms)
    select id, ${experimentId}, name, status, 'pipeline', user_name, start_ms, end_ms, parent_id, origin, ${now}
    from ${bulkRows(COLUMNS, rows)} where true
    on conflict (id) do update
    set status = excluded.status, start_ms = excluded.start_ms, end_ms = excluded.end_ms, updated_ms = excluded.updated_ms
    where tracked_run.status <> excluded.status or tracked_run.end_ms is not excluded.end_ms
  `.execute(transaction)
}

function contentOf(run: RunRow) {
  const tags = {
    pipeline: run.pipeline,
    'pipeline.version': String(run.pipeline_version),
    trigger: triggerText(decodeJson(run.trigger)),
    ...(run.environment !== null && { environment: run.environment }),
    ...(run.channel !== null && { channel: run.channel }),
  }
  return {
    params: paramEntries(decodeJson(run.params)),
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    datasets: decodeJson(run.refs).datasets.map(datasetOf),
  }
}

type Point = MetricEntry & { readonly number: number; readonly stepName: string | null }

async function pointsOf(transaction: Tx, runId: string, after: number): Promise<readonly Point[]> {
  const rows = await transaction
    .selectFrom('run_metric')
    .select(['number', 'name', 'value', 'step', 'step_name', 'logged_at'])
    .where('run_id', '=', runId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(POINTS_AT_ONCE)
    .execute()
  return rows.map(({ number, name, value, step, step_name, logged_at }) => ({
    number,
    stepName: step_name,
    key: name,
    value,
    step,
    atMs: Date.parse(logged_at),
  }))
}
