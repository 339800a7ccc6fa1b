import {
  type Artifact,
  type Attempt,
  type CacheDecision,
  type GraphStep,
  RegiaError,
  type StepStatus,
} from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { StepState } from './next-steps.ts'
import type { InputSources } from './resolve-inputs.ts'
import { isFinished, isRunOver, runStatus } from './run-status.ts'
import type { OrderedVersion } from './version-store.ts'

export type RunRow = Tables['run']
export type StepRow = Tables['step_run']

/** What is known of a step as soon as its inputs are. */
export type KnownOfStep = Pick<StepRow, 'inputs' | 'cache' | 'cache_key'>

/** Rows of an insert that stay well below SQLite's limit on bound values. */
const ROWS_PER_INSERT = 500

/** The steps of a run: their rows, and as much of them, decoded, as decisions about other steps need. */
export type StepTables = { readonly rows: Map<string, StepRow>; readonly states: Map<string, StepState> }

export const stepTables = (rows: readonly StepRow[]): StepTables => ({
  rows: new Map(rows.map((row) => [row.step, row])),
  states: new Map(rows.map((row) => [row.step, stateOf(row)])),
})

/** One run while a transaction works on it: read once, changed in memory, written once. */
export class RunWork {
  readonly version: OrderedVersion
  readonly sources: InputSources
  readonly decisions: { readonly step: string; readonly decision: CacheDecision }[] = []
  /** Cache keys of steps that came to an end: others may wait for them. */
  readonly releasedKeys = new Set<string>()
  /** Steps that the control plane now has to carry out itself. */
  readonly carried: string[] = []
  /** Steps that now ask a person. */
  readonly asked: { readonly step: string; readonly question: string }[] = []
  hasQueued = false

  /** Steps that run although the cache has their outputs. */
  readonly refresh: ReadonlySet<string>

  #run: RunRow
  readonly #steps: StepTables
  readonly #changed = new Set<string>()
  readonly #isNew: boolean
  readonly #wasOver: boolean

  constructor(version: OrderedVersion, run: RunRow, steps: StepTables, isNew: boolean) {
    this.version = version
    this.#run = run
    this.#isNew = isNew
    this.#wasOver = isRunOver(run.status)
    this.refresh = new Set(decodeJson(run.refresh))
    this.#steps = steps
    this.sources = { params: decodeJson(run.params), refs: decodeJson(run.refs), states: steps.states }
  }

  get run(): RunRow {
    return this.#run
  }

  get useCache(): boolean {
    return this.#run.use_cache === 1
  }

  get rows(): Iterable<StepRow> {
    return this.#steps.rows.values()
  }

  get isOver(): boolean {
    return isRunOver(this.#run.status)
  }

  /** Something was changed that is to be saved. */
  get isChanged(): boolean {
    return this.#changed.size > 0
  }

  /** For whoever goes on with it in a later transaction. */
  get steps(): StepTables {
    return this.#steps
  }

  /** It came to its end while it was worked on. */
  get hasEnded(): boolean {
    return this.isOver && !this.#wasOver
  }

  row(step: string): StepRow {
    const row = this.#steps.rows.get(step)
    if (!row) throw new Error(`unreachable: run ${this.#run.id} has no step "${step}"`)
    return row
  }

  step(id: string): GraphStep {
    const step = this.version.stepsById.get(id)
    if (!step) throw new Error(`unreachable: version ${this.version.version} has no step "${id}"`)
    return step
  }

  patch(step: string, values: Partial<StepRow>): void {
    const row = { ...this.row(step), ...values }
    this.#steps.rows.set(step, row)
    if (values.status !== undefined || values.outputs !== undefined) this.#steps.states.set(step, stateOf(row))
    this.#changed.add(step)
    if (values.status !== undefined && isFinished(values.status) && row.cache_key !== null)
      this.releasedKeys.add(row.cache_key)
  }

  addMetrics(metrics: Readonly<Record<string, number>>): void {
    if (Object.keys(metrics).length === 0) return
    this.#run = { ...this.#run, metrics: encodeJson({ ...decodeJson(this.#run.metrics), ...metrics }) }
  }

  /** Brings the run's own columns in line with its steps. */
  summarise(now: string): void {
    const rows = [...this.#steps.rows.values()]
    // A step that waits under a key waits for another run that makes the same.
    const isAwaited = rows.some((row) => row.status === 'waiting' && row.cache_key !== null)
    const statuses = rows.map((row) => row.status)
    const status = this.isOver ? this.#run.status : runStatus(statuses, isAwaited)
    const isOver = isRunOver(status)
    const failed = rows.find((row) => row.status === 'failed')
    this.#run = {
      ...this.#run,
      status,
      finished_step_count: rows.filter((row) => isFinished(row.status)).length,
      cached_step_count: rows.filter((row) => row.status === 'cached').length,
      started_at: this.#run.started_at ?? (status === 'queued' ? null : now),
      finished_at: isOver ? (this.#run.finished_at ?? now) : null,
      error: this.#run.error ?? (isOver && status === 'failed' ? errorOfRun(failed) : null),
    }
  }

  cancel(now: string): void {
    this.#run = { ...this.#run, status: 'cancelled', finished_at: now }
  }

  async save(connection: Connection): Promise<void> {
    if (this.#isNew) await this.#insert(connection)
    else await this.#update(connection)
    await saveDecisions(connection, this.#run, this.decisions)
  }

  async #insert(connection: Connection): Promise<void> {
    this.#changed.clear()
    await connection.insertInto('run').values(this.#run).execute()
    const rows = [...this.#steps.rows.values()]
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      await connection
        .insertInto('step_run')
        .values(rows.slice(start, start + ROWS_PER_INSERT))
        .execute()
    }
  }

  async #update(connection: Connection): Promise<void> {
    const { id, revision } = this.#run
    this.#run = { ...this.#run, revision: revision + 1 }
    const saved = await connection
      .updateTable('run')
      .set(this.#run)
      .where('id', '=', id)
      .where('revision', '=', revision)
      .executeTakeFirst()
    if (saved.numUpdatedRows === 0n) throw new Error(`unreachable: run ${id} was changed by somebody else`)
    const changed = [...this.#changed]
    this.#changed.clear()
    for (const step of changed) {
      const { id: stepRunId, ...values } = this.row(step)
      await connection.updateTable('step_run').set(values).where('id', '=', stepRunId).execute()
    }
  }
}

export const findRunRow = (connection: Connection, runId: string): Promise<RunRow | undefined> =>
  connection.selectFrom('run').selectAll().where('id', '=', runId).executeTakeFirst()

/** @throws RegiaError `NOT_FOUND`. */
export async function getRunRow(connection: Connection, runId: string): Promise<RunRow> {
  const run = await findRunRow(connection, runId)
  if (run) return run
  throw new RegiaError('NOT_FOUND', `There is no run "${runId}".`, { hint: 'List them with "regia runs".' })
}

const stateOf = ({ status, outputs }: StepRow): StepState => ({
  status,
  outputs: hasOutputs(status) ? decodeJson(outputs) : {},
})

const hasOutputs = (status: StepStatus): boolean => status === 'succeeded' || status === 'cached'

async function saveDecisions(connection: Connection, run: RunRow, decisions: RunWork['decisions']): Promise<void> {
  for (let start = 0; start < decisions.length; start += ROWS_PER_INSERT) {
    const rows = decisions.slice(start, start + ROWS_PER_INSERT).map(({ step, decision }) => ({
      pipeline: run.pipeline,
      step,
      run_id: run.id,
      parts: encodeJson(decision.parts),
    }))
    await connection
      .insertInto('last_decision')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['pipeline', 'step'])
          .doUpdateSet(({ ref }) => ({ run_id: ref('excluded.run_id'), parts: ref('excluded.parts') })),
      )
      .execute()
  }
}

/** The attempts of a row with its last one changed. */
export function changeLastAttempt(row: StepRow, change: Partial<Attempt>): readonly Attempt[] {
  const attempts = decodeJson(row.attempts)
  const last = attempts.at(-1)
  return last ? [...attempts.slice(0, -1), { ...last, ...change }] : attempts
}

export type Outputs = Readonly<Record<string, Artifact>>

/** The run's error is that of the step that failed, and names it. */
function errorOfRun(failed: StepRow | undefined): StepRow['error'] {
  if (!failed?.error) return null
  const error = decodeJson(failed.error)
  return encodeJson({ ...error, data: { ...error.data, step: failed.step } })
}
