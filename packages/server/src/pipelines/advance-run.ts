import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Attempt, GraphStep } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { encodeJson } from '../database/json-text.ts'
import { askPerson } from './ask-person.ts'
import { type CacheEntry, isInFlight } from './cache-store.ts'
import { applyFailurePolicy } from './failure-policy.ts'
import { LastParts } from './last-parts.ts'
import { isCacheable, lookUpResult } from './look-up-result.ts'
import { nextStep } from './next-steps.ts'
import { inputArtifacts } from './resolve-inputs.ts'
import type { KnownOfStep, RunWork } from './run-work.ts'
import { isCarried } from './step-carriers.ts'

export type Moment = { readonly ms: number; readonly iso: string }

/** Steps that are looked up, some 20 ms, before whoever waits beside this transaction gets a turn. */
const STEPS_PER_TURN = 100

/**
 * Carries a run as far as it goes without a worker: takes what the cache has, skips, stops, and queues what is ready.
 * One pass in the order of need is enough, since what a step needs stands before it.
 */
export async function advanceRun(connection: Connection, work: RunWork, now: Moment): Promise<void> {
  if (!work.isOver) {
    await applyFailurePolicy(connection, work, now)
    const pass = { inFlight: new Set<string>(), lastParts: new LastParts(connection, work.run.pipeline), now }
    let started = 0
    for (const step of work.version.ordered) {
      if (work.row(step.id).status !== 'waiting') continue
      const next = nextStep(step, work.sources)
      if (next === 'ready') {
        await startStep(connection, work, step, pass)
        if (++started % STEPS_PER_TURN === 0) await nextTurn()
      }
      if (next === 'skip') work.patch(step.id, { status: 'skipped', finished_at: now.iso })
      if (next === 'stop') work.patch(step.id, { status: 'cancelled', finished_at: now.iso })
    }
  }
  work.summarise(now.iso)
}

type Pass = {
  /** Keys that this pass has queued: they are in flight although the database does not know it yet. */
  readonly inFlight: Set<string>
  readonly lastParts: LastParts
  readonly now: Moment
}

async function startStep(connection: Connection, work: RunWork, step: GraphStep, pass: Pass): Promise<void> {
  const { inFlight, lastParts, now } = pass
  const inputs = inputArtifacts(step, work.sources)
  const { key, use, decision, entry } = await lookUpResult(connection, work, step, inputs, lastParts, now.ms)
  if (!entry && use === 'yes' && (inFlight.has(key) || (await isInFlight(connection, key)))) {
    if (work.row(step.id).cache_key !== key) work.patch(step.id, { inputs: encodeJson(inputs), cache_key: key })
    return
  }
  work.decisions.push({ step: step.id, decision })
  const cacheKey = isCacheable(step) ? key : null
  const known = { inputs: encodeJson(inputs), cache: encodeJson(decision), cache_key: cacheKey }
  if (entry) return takeFromCache(work, step, entry, known, now)
  if (step.kind === 'approve') return askPerson(work, step, known, now)
  inFlight.add(key)
  if (isCarried(step)) startCarrying(work, step, known, now)
  else queueStep(work, step, known, now)
}

function takeFromCache(work: RunWork, step: GraphStep, entry: CacheEntry, known: KnownOfStep, now: Moment): void {
  work.addMetrics(entry.metrics)
  work.patch(step.id, {
    ...known,
    status: 'cached',
    outputs: encodeJson(entry.outputs),
    started_at: now.iso,
    finished_at: now.iso,
  })
}

function queueStep(work: RunWork, step: GraphStep, known: KnownOfStep, now: Moment): void {
  const attempt: Attempt = { number: 1, status: 'queued', queuedAt: now.iso }
  work.patch(step.id, { ...known, status: 'queued', attempts: encodeJson([attempt]), not_before: now.ms })
  work.hasQueued = true
}

/** The control plane itself carries it out, after this transaction. */
function startCarrying(work: RunWork, step: GraphStep, known: KnownOfStep, now: Moment): void {
  const attempt: Attempt = { number: 1, status: 'running', queuedAt: now.iso, startedAt: now.iso, worker: 'server' }
  work.patch(step.id, { ...known, status: 'running', attempts: encodeJson([attempt]), started_at: now.iso })
  work.carried.push(step.id)
}
