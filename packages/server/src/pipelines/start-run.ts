import type { IdFactory, RunId, Trigger } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { encodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import type { Params } from './resolve-params.ts'
import type { ResolvedRefs } from './resolve-refs.ts'
import { type RunRow, RunWork } from './run-work.ts'
import type { OrderedVersion } from './version-store.ts'

export type NewRun = {
  readonly id: RunId
  readonly version: OrderedVersion
  readonly params: Params
  readonly refs: ResolvedRefs
  readonly trigger: Trigger
  readonly useCache: boolean
}

/** A run whose steps all wait, in memory: it is written once it has gone as far as it can by itself. */
export async function newRunWork(
  connection: Connection,
  input: NewRun,
  newId: IdFactory,
  now: Moment,
): Promise<RunWork> {
  const { version } = input
  const last = await connection
    .selectFrom('run')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('pipeline', '=', version.pipeline)
    .executeTakeFirst()
  const run: RunRow = {
    id: input.id,
    pipeline: version.pipeline,
    pipeline_version: version.version,
    number: (last?.number ?? 0) + 1,
    status: 'queued',
    params: encodeJson(input.params),
    refs: encodeJson(input.refs),
    trigger: encodeJson(input.trigger),
    use_cache: input.useCache ? 1 : 0,
    step_count: version.ordered.length,
    finished_step_count: 0,
    cached_step_count: 0,
    metrics: encodeJson({}),
    created_at: now.iso,
    started_at: null,
    finished_at: null,
    error: null,
  }
  return new RunWork(
    version,
    run,
    version.ordered.map((step, position) => waitingRow(run.id, step.id, position, newId)),
    true,
  )
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
  started_at: null,
  finished_at: null,
  error: null,
})
