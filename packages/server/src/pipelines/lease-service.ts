import {
  type Artifact,
  durationMs,
  type LeasedStep,
  type LeaseReport,
  type RunId,
  type StepEvent,
  type StepRunId,
  toIso,
} from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { EventBus } from '../events/bus.ts'
import type { Moment } from './advance-run.ts'
import { failAttempt, outputsProblem, succeedStep } from './finish-step.ts'
import { appendEvents } from './log-store.ts'
import { leaseLost, type Orchestrator } from './orchestrator.ts'
import { resolveInputs } from './resolve-inputs.ts'
import { changeLastAttempt, type RunWork } from './run-work.ts'
import type { WorkSignal } from './work-signal.ts'

export type AcquireRequest = {
  readonly worker: string
  /** What of the worker's machine is free. */
  readonly cpu: number
  readonly memoryMb: number
  readonly limit: number
  readonly waitMs: number
}

export type LeaseServiceDeps = {
  readonly database: Database
  readonly orchestrator: Orchestrator
  readonly signal: WorkSignal
  readonly events: EventBus
  readonly leaseMs: number
  readonly hasBlob: (digest: Artifact['digest']) => Promise<boolean>
}

/** How many queued steps are looked at for ones that fit. */
const MAX_CANDIDATES = 200

/**
 * Hands attempts of steps to workers and takes their results.
 *
 * Each lease has a fencing token that only grows; heartbeat and report check it in the transaction that they commit, so that a worker
 * that was given up can change nothing. A lease that nobody renews expires and its step is queued again.
 */
export class LeaseService {
  readonly #deps: LeaseServiceDeps

  constructor(deps: LeaseServiceDeps) {
    this.#deps = deps
  }

  /** Attempts that fit, at once or as soon as there are some; none when the time is up. */
  async acquire(request: AcquireRequest, signal: AbortSignal): Promise<readonly LeasedStep[]> {
    const until = performance.now() + request.waitMs
    for (;;) {
      const seen = this.#deps.signal.count
      await this.expire()
      if (signal.aborted) return []
      const steps = await this.#lease(request)
      const leftMs = until - performance.now()
      if (steps.length > 0 || leftMs <= 0 || signal.aborted) return steps
      await this.#deps.signal.wait(seen, Math.min(leftMs, await this.#msUntilNextDue()), signal)
    }
  }

  async heartbeat(
    stepRunId: string,
    token: number,
    events: readonly StepEvent[],
  ): Promise<{ readonly expiresAt: string; readonly cancel: boolean }> {
    const { orchestrator, database, leaseMs } = this.#deps
    const now = orchestrator.now()
    const reply = await database.transaction().execute(async (transaction) => {
      const held = await findHeld(transaction, stepRunId, token)
      if (!held) {
        if (await isCancelled(transaction, stepRunId)) return { expiresAt: now.iso, cancel: true, runId: undefined }
        throw leaseLost(stepRunId)
      }
      await appendEvents(transaction, { ...held, stepRunId }, events)
      const expiresAt = now.ms + leaseMs
      await transaction
        .updateTable('lease')
        .set({ expires_at: expiresAt })
        .where('step_run_id', '=', stepRunId)
        .execute()
      return { expiresAt: toIso(expiresAt), cancel: false, runId: held.runId }
    })
    if (reply.runId !== undefined) this.#tellEvents(reply.runId, events)
    return { expiresAt: reply.expiresAt, cancel: reply.cancel }
  }

  /** Takes the result of an attempt: once, and only from who holds the lease. */
  async report(stepRunId: string, report: LeaseReport, events: readonly StepEvent[]): Promise<void> {
    const { orchestrator } = this.#deps
    const missing = report.status === 'succeeded' ? await this.#findMissingBlob(report.outputs) : undefined
    const runId = await orchestrator.change(async (connection, now) => {
      const held = await findHeld(connection, stepRunId, report.leaseToken)
      if (!held) {
        if (report.status === 'cancelled' && (await isCancelled(connection, stepRunId)))
          return { changed: [], reply: undefined }
        throw leaseLost(stepRunId)
      }
      await appendEvents(connection, { ...held, stepRunId }, events)
      await connection.deleteFrom('lease').where('step_run_id', '=', stepRunId).execute()
      const work = await orchestrator.load(connection, held.runId)
      await applyReport(connection, work, held.step, report, missing, now)
      return { changed: [work], reply: held.runId }
    })
    if (runId !== undefined) this.#tellEvents(runId, events)
    // Something may fit now that did not before.
    this.#deps.signal.wake()
  }

  /** Gives up attempts whose worker has not been heard of for too long. */
  async expire(): Promise<void> {
    const { database, orchestrator } = this.#deps
    const overdue = (connection: Connection, ms: number) =>
      connection
        .selectFrom('lease')
        .innerJoin('step_run', 'step_run.id', 'lease.step_run_id')
        .select(['step_run_id', 'run_id', 'step', 'worker'])
        .where('expires_at', '<', ms)
        .execute()
    if ((await overdue(database, orchestrator.now().ms)).length === 0) return
    await orchestrator.change(async (connection, now) => {
      const works = new Map<string, RunWork>()
      for (const { step_run_id, run_id, step, worker } of await overdue(connection, now.ms)) {
        await connection.deleteFrom('lease').where('step_run_id', '=', step_run_id).execute()
        const work = works.get(run_id) ?? (await orchestrator.load(connection, run_id))
        works.set(run_id, work)
        const message = `Worker "${worker}" was not heard of any more while it ran step "${step}".`
        failAttempt(
          work,
          work.step(step),
          { status: 'lost', error: { code: 'LEASE_LOST', message }, isRetryable: true },
          now,
        )
      }
      return { changed: [...works.values()], reply: undefined }
    })
  }

  async #lease(request: AcquireRequest): Promise<readonly LeasedStep[]> {
    const { orchestrator, leaseMs, database } = this.#deps
    if ((await findQueued(database, orchestrator.now().ms, 1)).length === 0) return []
    return orchestrator.change(async (connection, now) => {
      const works = new Map<string, RunWork>()
      const leased: LeasedStep[] = []
      const free = { cpu: request.cpu, memoryMb: request.memoryMb }
      let isIdle = await hasNoLease(connection, request.worker)
      for (const { run_id, step: stepId } of await findQueued(connection, now.ms, MAX_CANDIDATES)) {
        if (leased.length >= request.limit) break
        const work = works.get(run_id) ?? (await orchestrator.load(connection, run_id))
        const step = work.step(stepId)
        // What is too big for any worker runs alone on an idle one, rather than never.
        if (!isIdle && (step.cpu > free.cpu || step.memoryMb > free.memoryMb)) continue
        works.set(run_id, work)
        leased.push(await grant(connection, work, stepId, request.worker, now, leaseMs))
        free.cpu -= step.cpu
        free.memoryMb -= step.memoryMb
        isIdle = false
      }
      return { changed: [...works.values()], reply: leased }
    })
  }

  /** Until a step that waits for its next attempt is due or a lease expires. */
  async #msUntilNextDue(): Promise<number> {
    const { database, orchestrator } = this.#deps
    const queued = await database
      .selectFrom('step_run')
      .select(({ fn }) => fn.min('not_before').as('ms'))
      .where('status', '=', 'queued')
      .executeTakeFirst()
    const lease = await database
      .selectFrom('lease')
      .select(({ fn }) => fn.min('expires_at').as('ms'))
      .executeTakeFirst()
    const now = orchestrator.now().ms
    const waits = [queued?.ms, lease?.ms]
      .filter((ms) => typeof ms === 'number' && ms > now)
      .map((ms) => Number(ms) - now + 1)
    return Math.min(...waits, durationMs('1h'))
  }

  async #findMissingBlob(outputs: Readonly<Record<string, Artifact>>): Promise<string | undefined> {
    for (const [name, { kind, digest }] of Object.entries(outputs)) {
      if (kind !== 'value' && kind !== 'report' && !(await this.#deps.hasBlob(digest))) return name
    }
    return undefined
  }

  #tellEvents(runId: string, events: readonly StepEvent[]): void {
    if (events.some(({ type }) => type === 'log')) this.#deps.events.publish('log', runId)
    if (events.some(({ type }) => type !== 'log')) this.#deps.events.publish('run', runId)
  }
}

type Held = { readonly runId: string; readonly step: string; readonly attempt: number }

async function findHeld(connection: Connection, stepRunId: string, token: number): Promise<Held | undefined> {
  const row = await connection
    .selectFrom('lease')
    .innerJoin('step_run', 'step_run.id', 'lease.step_run_id')
    .select(['step_run.run_id', 'step_run.step', 'step_run.attempts'])
    .where('lease.step_run_id', '=', stepRunId)
    .where('lease.token', '=', token)
    .executeTakeFirst()
  return row && { runId: row.run_id, step: row.step, attempt: decodeJson(row.attempts).length }
}

async function isCancelled(connection: Connection, stepRunId: string): Promise<boolean> {
  const row = await connection.selectFrom('step_run').select('status').where('id', '=', stepRunId).executeTakeFirst()
  return row?.status === 'cancelled'
}

const findQueued = (connection: Connection, ms: number, limit: number) =>
  connection
    .selectFrom('step_run')
    .select(['run_id', 'step'])
    .where('status', '=', 'queued')
    .where('not_before', '<=', ms)
    .orderBy('not_before')
    .orderBy('position')
    .limit(limit)
    .execute()

async function hasNoLease(connection: Connection, worker: string): Promise<boolean> {
  const row = await connection.selectFrom('lease').select('token').where('worker', '=', worker).executeTakeFirst()
  return row === undefined
}

async function grant(
  connection: Connection,
  work: RunWork,
  stepId: string,
  worker: string,
  now: Moment,
  leaseMs: number,
): Promise<LeasedStep> {
  const row = work.row(stepId)
  const step = work.step(stepId)
  const token = await nextToken(connection)
  const expiresAt = now.ms + leaseMs
  await connection.insertInto('lease').values({ step_run_id: row.id, token, worker, expires_at: expiresAt }).execute()
  const attempts = changeLastAttempt(row, { status: 'running', startedAt: now.iso, worker })
  work.patch(stepId, { status: 'running', attempts: encodeJson(attempts), started_at: row.started_at ?? now.iso })
  return {
    leaseToken: token,
    expiresAt: toIso(expiresAt),
    // Both columns are filled from the id factory only.
    runId: work.run.id as RunId,
    stepRunId: row.id as StepRunId,
    attempt: attempts.length,
    step: step.id,
    stepName: step.name,
    kind: step.kind,
    bundleDigest: work.version.bundleDigest,
    projectDir: work.version.projectDir,
    inputs: resolveInputs(step, work.sources),
    outputs: step.outputs,
    ...(step.checks && { checks: step.checks }),
    timeoutMs: step.timeoutMs,
    cpu: step.cpu,
    memoryMb: step.memoryMb,
    seed: seedOf(work, stepId),
  }
}

/** The same for the same code and inputs, so that a step that is repeated gives the same result. */
function seedOf(work: RunWork, stepId: string): string {
  const { cache } = work.row(stepId)
  return cache === null ? stepId : decodeJson(cache).key
}

async function nextToken(connection: Connection): Promise<number> {
  const row = await connection
    .insertInto('counter')
    .values({ name: 'lease', value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(({ eb }) => ({ value: eb('counter.value', '+', 1) })))
    .returning('value')
    .executeTakeFirstOrThrow()
  return row.value
}

async function applyReport(
  connection: Connection,
  work: RunWork,
  stepId: string,
  report: LeaseReport,
  missingBlob: string | undefined,
  now: Moment,
): Promise<void> {
  const step = work.step(stepId)
  if (report.status === 'cancelled') {
    const error = { code: 'UNAVAILABLE', message: 'The worker gave the attempt back.' } as const
    return failAttempt(work, step, { status: 'failed', error, isRetryable: true }, now)
  }
  if (report.status === 'failed') return failAttempt(work, step, { ...report, status: 'failed' }, now)
  const problem = outputsProblem(step, report.outputs)
  if (problem) return failAttempt(work, step, { status: 'failed', error: problem.toBody(), isRetryable: false }, now)
  if (missingBlob !== undefined) {
    const message = `Output "${missingBlob}" of step "${stepId}" is not in the blob store.`
    return failAttempt(
      work,
      step,
      { status: 'failed', error: { code: 'BLOB_MISSING', message }, isRetryable: true },
      now,
    )
  }
  await succeedStep(connection, work, stepId, report.outputs, now)
}
