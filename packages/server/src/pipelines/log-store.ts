import type { LogLine, MetricPoint, StepEvent } from '@regia/core'
import { containsText } from '../database/contains-text.ts'
import type { Connection } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'

export type EventSource = {
  readonly runId: string
  readonly stepRunId: string
  readonly step: string
  /** Of a mapped step: which element. */
  readonly item?: number
  readonly attempt: number
}

const ROWS_PER_INSERT = 1_000

/** Keeps what an attempt said: lines, numbers and how far it is. */
export async function appendEvents(
  connection: Connection,
  source: EventSource,
  events: readonly StepEvent[],
): Promise<void> {
  await appendLines(
    connection,
    source,
    events.filter((event) => event.type === 'log'),
  )
  await appendMetrics(
    connection,
    source,
    events.filter((event) => event.type === 'metric'),
  )
  const progress = events.findLast((event) => event.type === 'progress')
  if (!progress) return
  await connection
    .updateTable('step_run')
    .set({ progress: progress.fraction, progress_message: progress.message ?? null })
    .where('id', '=', source.stepRunId)
    .execute()
}

type EventOf<Type extends StepEvent['type']> = Extract<StepEvent, { type: Type }>

export async function appendLines(
  connection: Connection,
  { runId, step, item, attempt }: EventSource,
  lines: readonly EventOf<'log'>[],
): Promise<void> {
  if (lines.length === 0) return
  const first = (await lastNumber(connection, 'run_log', runId)) + 1
  const rows = lines.map(({ stream, text, at }, i) => ({
    run_id: runId,
    number: first + i,
    step,
    item: item ?? null,
    attempt,
    stream,
    text,
    logged_at: at,
  }))
  for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
    await connection
      .insertInto('run_log')
      .values(rows.slice(start, start + ROWS_PER_INSERT))
      .execute()
  }
}

export async function appendMetrics(
  connection: Connection,
  { runId, step }: EventSource,
  points: readonly EventOf<'metric'>[],
): Promise<void> {
  if (points.length === 0) return
  const first = (await lastNumber(connection, 'run_metric', runId)) + 1
  const rows = points.map((point, i) => ({
    run_id: runId,
    number: first + i,
    name: point.name,
    value: point.value,
    step: point.step,
    step_name: step,
    logged_at: point.at,
  }))
  for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
    await connection
      .insertInto('run_metric')
      .values(rows.slice(start, start + ROWS_PER_INSERT))
      .execute()
  }
  const run = await connection.selectFrom('run').select('metrics').where('id', '=', runId).executeTakeFirstOrThrow()
  const last = Object.fromEntries(points.map(({ name, value }) => [name, value]))
  const metrics = encodeJson({ ...decodeJson(run.metrics), ...last })
  await connection.updateTable('run').set({ metrics }).where('id', '=', runId).execute()
}

async function lastNumber(connection: Connection, table: 'run_log' | 'run_metric', runId: string): Promise<number> {
  const row = await connection
    .selectFrom(table)
    .select(({ fn }) => fn.max('number').as('number'))
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return row?.number ?? 0
}

/** The last value of each number that a step logged. */
export async function lastStepMetrics(
  connection: Connection,
  runId: string,
  step: string,
): Promise<Readonly<Record<string, number>>> {
  const rows = await connection
    .selectFrom('run_metric')
    .select(['name', 'value'])
    .where('run_id', '=', runId)
    .where('step_name', '=', step)
    .orderBy('number')
    .execute()
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}

export type LogQuery = {
  readonly step?: string | undefined
  readonly attempt?: number | undefined
  readonly item?: number | undefined
  readonly search?: string | undefined
  readonly after: number
  readonly limit: number
}

/** Lines that come after the `after`-th of the run, oldest first. */
export async function listLines(connection: Connection, runId: string, query: LogQuery): Promise<readonly LogLine[]> {
  const { step, attempt, item, search, after, limit } = query
  const rows = await connection
    .selectFrom('run_log')
    .selectAll()
    .where('run_id', '=', runId)
    .where('number', '>', after)
    .$if(step !== undefined, (select) => select.where('step', '=', step ?? ''))
    .$if(attempt !== undefined, (select) => select.where('attempt', '=', attempt ?? 0))
    .$if(item !== undefined, (select) => select.where('item', '=', item ?? 0))
    .$if(search !== undefined, (select) => select.where(containsText('text', search ?? '')))
    .orderBy('number')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    index: row.number,
    step: row.step,
    ...(row.item !== null && { item: row.item }),
    attempt: row.attempt,
    stream: row.stream,
    text: row.text,
    at: row.logged_at,
  }))
}

export async function listMetrics(connection: Connection, runId: string): Promise<readonly MetricPoint[]> {
  const rows = await connection
    .selectFrom('run_metric')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    name: row.name,
    value: row.value,
    step: row.step,
    at: row.logged_at,
    ...(row.step_name !== null && { stepName: row.step_name }),
  }))
}
