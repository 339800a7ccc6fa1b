import { type Artifact, type LeasedStep, type LeaseReport, type StepEvent, toIso } from '@regia/core'
import type { Database } from '../database/database.ts'
import type { EventBus } from '../events/bus.ts'
import { applyReport } from './apply-report.ts'
import { noteStarted } from './attempt-started.ts'
import { failAttempt } from './finish-step.ts'
import { grant } from './grant-lease.ts'
import { deleteLease, findHeld, findNextDue, findOverdue, findQueued, hasNoLease, isCancelled } from './lease-store.ts'
import { appendEvents } from './log-store.ts'
import type { ItemLeases } from './map/item-leases.ts'
import { findNextDueItem, hasItemOf, hasQueuedItems } from './map/item-queue.ts'
import { isItem } from './map/map-store.ts'
import { leaseLost, type Orchestrator } from './orchestrator.ts'
import type { RunWork } from './run-work.ts'
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
  /** Attempts of the elements of mapped steps. */
  readonly items: ItemLeases
}

/** How many queued steps are looked at for ones that fit. */
const MAX_CANDIDATES = 200
/** A clock that stands still or jumps must not make a waiting worker's request spin. */
const MIN_WAIT_MS = 10

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
    const reply = (await isItem(this.#deps.database, stepRunId))
      ? await this.#deps.items.heartbeat(stepRunId, token, events)
      : await this.#keepLease(stepRunId, token, events)
    if (reply.runId !== undefined) this.#tellEvents(reply.runId, events)
    return { expiresAt: reply.expiresAt, cancel: reply.cancel }
  }

  async #keepLease(stepRunId: string, token: number, events: readonly StepEvent[]) {
    const { orchestrator, database, leaseMs } = this.#deps
    const now = orchestrator.now()
    return database.transaction().execute(async (transaction) => {
      const held = await findHeld(transaction, stepRunId, token)
      if (!held) {
        if (await isCancelled(transaction, stepRunId)) return { expiresAt: now.iso, cancel: true, runId: undefined }
        throw leaseLost(stepRunId)
      }
      await appendEvents(transaction, { ...held, stepRunId }, events)
      await noteStarted(transaction, stepRunId, events, now.ms)
      const expiresAt = now.ms + leaseMs
      await transaction
        .updateTable('lease')
        .set({ expires_at: expiresAt })
        .where('step_run_id', '=', stepRunId)
        .execute()
      return { expiresAt: toIso(expiresAt), cancel: false, runId: held.runId }
    })
  }

  /** Takes the result of an attempt: once, and only from who holds the lease. */
  async report(stepRunId: string, report: LeaseReport, events: readonly StepEvent[]): Promise<void> {
    const { database, items } = this.#deps
    const missing = report.status === 'succeeded' ? await this.#findMissingBlob(report.outputs) : undefined
    const isElement = await isItem(database, stepRunId)
    const runId = isElement
      ? await items.report(stepRunId, report, missing, events)
      : await this.#takeReport(stepRunId, report, missing, events)
    if (runId !== undefined) this.#tellEvents(runId, events)
    // The run itself does not change with each of its elements, but who looks at it sees them.
    if (runId !== undefined && isElement) this.#deps.events.publish('run', runId)
    // Something may fit now that did not before.
    this.#deps.signal.wake()
  }

  #takeReport(
    stepRunId: string,
    report: LeaseReport,
    missing: string | undefined,
    events: readonly StepEvent[],
  ): Promise<string | undefined> {
    const { orchestrator } = this.#deps
    return orchestrator.change(async (connection, now) => {
      const held = await findHeld(connection, stepRunId, report.leaseToken)
      if (!held) {
        if (report.status === 'cancelled' && (await isCancelled(connection, stepRunId)))
          return { changed: [], reply: undefined }
        throw leaseLost(stepRunId)
      }
      await appendEvents(connection, { ...held, stepRunId }, events)
      await noteStarted(connection, stepRunId, events, now.ms)
      await deleteLease(connection, stepRunId)
      const work = await orchestrator.load(connection, held.runId)
      await applyReport(connection, work, held.step, report, missing, now)
      return { changed: [work], reply: held.runId }
    })
  }

  /** Gives up attempts whose worker has not been heard of for too long. */
  async expire(): Promise<void> {
    const { database, orchestrator, items } = this.#deps
    await items.expire()
    if ((await findOverdue(database, orchestrator.now().ms)).length === 0) return
    await orchestrator.change(async (connection, now) => {
      const works = new Map<string, RunWork>()
      for (const { step_run_id, run_id, step, worker } of await findOverdue(connection, now.ms)) {
        await deleteLease(connection, step_run_id)
        const work = works.get(run_id) ?? (await orchestrator.load(connection, run_id))
        works.set(run_id, work)
        const message = `Worker "${worker}" was not heard of any more while it ran step "${step}".`
        const lost = { status: 'lost', error: { code: 'LEASE_LOST', message }, isRetryable: true } as const
        failAttempt(work, work.step(step), lost, now)
      }
      return { changed: [...works.values()], reply: undefined }
    })
  }

  async #lease(request: AcquireRequest): Promise<readonly LeasedStep[]> {
    const { orchestrator, leaseMs, database, items } = this.#deps
    const isQueued = (await findQueued(database, orchestrator.now().ms, 1)).length > 0
    if (!isQueued && !(await hasQueuedItems(database))) return []
    const granted = await orchestrator.change(async (connection, now) => {
      const works = new Map<string, RunWork>()
      const leased: LeasedStep[] = []
      const free = { cpu: request.cpu, memoryMb: request.memoryMb }
      let isIdle = (await hasNoLease(connection, request.worker)) && !(await hasItemOf(connection, request.worker))
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
      const left = { ...free, limit: request.limit - leased.length, isIdle }
      const elements = await items.grants.lease(connection, request.worker, left, now)
      return { changed: [...works.values()], reply: { leased, elements } }
    })
    for (const runId of new Set(granted.elements.map((lease) => lease.runId))) this.#deps.events.publish('run', runId)
    return [...granted.leased, ...granted.elements]
  }

  async #msUntilNextDue(): Promise<number> {
    const { database, orchestrator } = this.#deps
    const now = orchestrator.now().ms
    const dues = [await findNextDue(database, now), await findNextDueItem(database, now)]
    const due = Math.min(...dues.map((each) => each ?? Number.POSITIVE_INFINITY))
    return Number.isFinite(due) ? Math.max(due - now + 1, MIN_WAIT_MS) : Number.MAX_SAFE_INTEGER
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
