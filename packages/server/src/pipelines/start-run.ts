import type { IdFactory, RunId, Trigger } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { encodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import type { RunRequest } from './run-request.ts'
import { type RunRow, RunWork, type StepRow, stepTables } from './run-work.ts'
import type { TakenSteps } from './taken-step.ts'

export type NewRun = {
  readonly id: RunId
  readonly request: RunRequest
  readonly trigger: Trigger
  /** Steps whose outputs are there already. */
  readonly taken: TakenSteps
  readonly recoveredFrom?: RunId
  readonly metrics?: Readonly<Record<string, number>>
}

/** A run whose steps all wait, but for those that it takes over or leaves out, in memory: it is written once it has gone as far as it can by itself. */
export async function newRunWork(
  connection: Connection,
  input: NewRun,
  newId: IdFactory,
  now: Moment,
): Promise<RunWork> {
  const { version } = input.request
  const run = runRow(input, await nextNumber(connection, version.pipeline), now)
  const rows = version.ordered.map((step, position) => ({
    ...waitingRow(run.id, step.id, position, newId),
    ...settledColumns(input, step.id, now),
  }))
  const work = new RunWork(version, run, stepTables(rows), true)
  for (const { metrics } of input.taken.values()) work.addMetrics(metrics)
  return work
}

async function nextNumber(connection: Connection, pipeline: string): Promise<number> {
  const last = await connection
    .selectFrom('run')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('pipeline', '=', pipeline)
    .executeTakeFirst()
  return (last?.number ?? 0) + 1
}

function runRow({ id, request, trigger, recoveredFrom, metrics }: NewRun, number: number, now: Moment): RunRow {
  const { version, options } = request
  return {
    id,
    pipeline: version.pipeline,
    pipeline_version: version.version,
    number,
    status: 'queued',
    params: encodeJson(request.params),
    refs: encodeJson(request.refs),
    trigger: encodeJson(trigger),
    use_cache: request.useCache ? 1 : 0,
    channel: options.channel ?? null,
    environment: version.graph.environment ?? null,
    selection: options.selection ? encodeJson(options.selection) : null,
    on_failure: request.onFailure,
    refresh: encodeJson([...request.refresh]),
    recovered_from: recoveredFrom ?? null,
    revision: 0,
    step_count: version.ordered.length,
    finished_step_count: 0,
    cached_step_count: 0,
    metrics: encodeJson(metrics ?? {}),
    created_at: now.iso,
    started_at: null,
    finished_at: null,
    error: null,
  }
}

/** Of a step that is taken over, or that nobody asked for. */
function settledColumns({ request, taken }: NewRun, step: string, now: Moment): Partial<StepRow> {
  const from = taken.get(step)
  if (from) {
    return {
      status: from.status,
      inputs: encodeJson(from.inputs),
      outputs: encodeJson(from.outputs),
      cache: from.decision ? encodeJson(from.decision) : null,
      approval: from.approval ? encodeJson(from.approval) : null,
      started_at: from.status === 'cached' ? now.iso : null,
      finished_at: now.iso,
    }
  }
  return request.selected.has(step) ? {} : { status: 'skipped', finished_at: now.iso }
}

const waitingRow = (runId: string, step: string, position: number, newId: IdFactory): Tables['step_run'] => ({
  id: newId('stepRun'),
  run_id: runId,
  step,
  position,
  status: 'waiting',
  inputs: encodeJson({}),
  outputs: encodeJson({}),
  cache: null,
  cache_key: null,
  attempts: encodeJson([]),
  progress: null,
  progress_message: null,
  not_before: null,
  approval: null,
  decide_by: null,
  started_at: null,
  finished_at: null,
  error: null,
})
