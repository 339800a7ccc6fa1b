import { type ErrorBody, RegiaError } from '@regia/core'
import { encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import { succeedStep } from '../finish-step.ts'
import { changeLastAttempt, type RunWork } from '../run-work.ts'
import { collectLists } from './collect-lists.ts'
import { type ExpandDeps, expandMap } from './expand-map.ts'
import { findMap, isDone } from './map-store.ts'

/** How often the data process may go away while a table is cut. */
const MAX_TRIES = 3

/**
 * Does what the control plane itself has to do for a mapped step that runs: takes its input apart, or puts together what its elements made.
 * Safe to call at any time and again after a crash: it looks at what is there.
 */
export async function carryOnMap(deps: ExpandDeps, runId: string, stepId: string): Promise<void> {
  const { database, orchestrator } = deps
  const work = await orchestrator.load(database, runId)
  const step = work.step(stepId)
  const { id, status } = work.row(stepId)
  if (status !== 'running' || !step.map) return
  try {
    const begun = await findMap(database, id)
    if (!begun || begun.state === 'expanding') await expandPatiently(deps, work, stepId)
    const map = await findMap(database, id)
    if (map?.state !== 'open' || !isDone(map)) return
    const outputs = await collectLists(deps, id, step)
    await orchestrator.change(async (connection, now) => {
      const current = await orchestrator.load(connection, runId)
      if (current.row(stepId).status !== 'running') return { changed: [], reply: undefined }
      if (map.failed > 0) keepFromCache(current, stepId)
      await succeedStep(connection, current, stepId, outputs, now)
      return { changed: [current], reply: undefined }
    })
  } catch (error) {
    // Nobody but a restart would come back to it otherwise.
    const body = bodyOf(error, stepId)
    await failStep(deps, runId, stepId, body)
    if (body.code === 'INTERNAL') throw error
  }
}

/** What the file system refuses is a fault of its own; anything else that is not ours to explain is a bug. */
function bodyOf(error: unknown, stepId: string): ErrorBody {
  if (error instanceof RegiaError) return error.toBody()
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof Error && 'code' in error)) {
    return { code: 'INTERNAL', message: `Step "${stepId}" could not be carried on: ${message}`, where: stepId }
  }
  return {
    code: 'HOME_NOT_WRITABLE',
    message: `What the elements of step "${stepId}" need or made could not be written: ${message}`,
    where: stepId,
    hint: 'Free some space on the disk, then go on with "regia recover": it takes over every element that succeeded.',
  }
}

async function expandPatiently(deps: ExpandDeps, work: RunWork, stepId: string): Promise<void> {
  const step = work.step(stepId)
  for (let tries = 1; step.map; tries++) {
    try {
      return await expandMap(deps, work, step, step.map)
    } catch (error) {
      const mayPass = error instanceof RegiaError && error.code === 'UNAVAILABLE'
      if (!mayPass || tries === MAX_TRIES) throw error
    }
  }
}

/** A result without the elements that failed is not one that others should take. Who waits for it is told all the same. */
function keepFromCache(work: RunWork, stepId: string): void {
  const { cache_key } = work.row(stepId)
  if (cache_key !== null) work.releasedKeys.add(cache_key)
  work.patch(stepId, { cache_key: null })
}

async function failStep({ orchestrator }: ExpandDeps, runId: string, stepId: string, error: ErrorBody): Promise<void> {
  await orchestrator.change(async (connection, now) => {
    const work = await orchestrator.load(connection, runId)
    if (work.row(stepId).status !== 'running') return { changed: [], reply: undefined }
    failMappedStep(work, stepId, error, now)
    return { changed: [work], reply: undefined }
  })
}

/** Its elements had their retries; the step itself has none. */
export function failMappedStep(work: RunWork, stepId: string, error: ErrorBody, now: Moment): void {
  const attempts = changeLastAttempt(work.row(stepId), { status: 'failed', error, finishedAt: now.iso })
  work.patch(stepId, {
    status: 'failed',
    attempts: encodeJson(attempts),
    error: encodeJson(error),
    finished_at: now.iso,
  })
}
