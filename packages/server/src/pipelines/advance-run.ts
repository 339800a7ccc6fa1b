import type { Attempt, GraphStep } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { encodeJson } from '../database/json-text.ts'
import { cacheKey, keyParts } from './cache-key.ts'
import { type CacheEntry, findEntry, findLastParts, isInFlight } from './cache-store.ts'
import { decide } from './explain-decision.ts'
import { nextStep } from './next-steps.ts'
import { inputArtifacts } from './resolve-inputs.ts'
import type { RunWork } from './run-work.ts'
import { isCarried } from './step-carriers.ts'

export type Moment = { readonly ms: number; readonly iso: string }

/**
 * Carries a run as far as it goes without a worker: takes what the cache has, skips, stops, and queues what is ready.
 * One pass in the order of need is enough, since what a step needs stands before it.
 */
export async function advanceRun(connection: Connection, work: RunWork, now: Moment): Promise<void> {
  if (!work.isOver) {
    // A key that this pass has queued is in flight although the database does not know it yet.
    const inFlight = new Set<string>()
    for (const step of work.version.ordered) {
      if (work.row(step.id).status !== 'waiting') continue
      const next = nextStep(step, work.sources.states, work.sources.params)
      if (next === 'ready') await startStep(connection, work, step, inFlight, now)
      if (next === 'skip') work.patch(step.id, { status: 'skipped', finished_at: now.iso })
      if (next === 'stop') work.patch(step.id, { status: 'cancelled', finished_at: now.iso })
    }
  }
  work.summarise(now.iso)
}

async function startStep(
  connection: Connection,
  work: RunWork,
  step: GraphStep,
  inFlight: Set<string>,
  now: Moment,
): Promise<void> {
  const inputs = inputArtifacts(step, work.sources)
  const parts = keyParts(step, inputs, work.version.graph.lockfileDigest)
  const key = cacheKey(parts)
  const usesCache = work.run.use_cache === 1
  const isShared = step.cache && usesCache
  const entry = isShared ? await findEntry(connection, key) : undefined
  if (!entry && isShared && (inFlight.has(key) || (await isInFlight(connection, key)))) {
    if (work.row(step.id).cache_key !== key) work.patch(step.id, { inputs: encodeJson(inputs), cache_key: key })
    return
  }
  const before = await findLastParts(connection, work.run.pipeline, step.id)
  const decision = decide({ parts, before, source: entry, isCacheable: step.cache, usesCache })
  work.decisions.push({ step: step.id, decision })
  const known = { inputs: encodeJson(inputs), cache: encodeJson(decision), cache_key: step.cache ? key : null }
  if (entry) return takeFromCache(work, step, entry, known, now)
  inFlight.add(key)
  if (isCarried(step)) startCarrying(work, step, known, now)
  else queueStep(work, step, known, now)
}

type Known = Pick<Parameters<RunWork['patch']>[1], 'inputs' | 'cache' | 'cache_key'>

function takeFromCache(work: RunWork, step: GraphStep, entry: CacheEntry, known: Known, now: Moment): void {
  work.addMetrics(entry.metrics)
  work.patch(step.id, {
    ...known,
    status: 'cached',
    outputs: encodeJson(entry.outputs),
    started_at: now.iso,
    finished_at: now.iso,
  })
}

function queueStep(work: RunWork, step: GraphStep, known: Known, now: Moment): void {
  const attempt: Attempt = { number: 1, status: 'queued', queuedAt: now.iso }
  work.patch(step.id, { ...known, status: 'queued', attempts: encodeJson([attempt]), not_before: now.ms })
  work.hasQueued = true
}

/** The control plane itself carries it out, after this transaction. */
function startCarrying(work: RunWork, step: GraphStep, known: Known, now: Moment): void {
  const attempt: Attempt = { number: 1, status: 'running', queuedAt: now.iso, startedAt: now.iso, worker: 'server' }
  work.patch(step.id, { ...known, status: 'running', attempts: encodeJson([attempt]), started_at: now.iso })
  work.carried.push(step.id)
}
