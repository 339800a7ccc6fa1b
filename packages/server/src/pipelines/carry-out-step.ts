import { type ErrorBody, RegiaError } from '@regia/core'
import type { Database } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import { failAttempt, succeedStep } from './finish-step.ts'
import type { Orchestrator } from './orchestrator.ts'
import { changeLastAttempt, type RunWork } from './run-work.ts'
import type { Carried, StepCarriers } from './step-carriers.ts'

type CarryDeps = {
  readonly database: Database
  readonly orchestrator: Orchestrator
  readonly carriers: StepCarriers
  readonly onError: (error: unknown) => void
}

/** Carries out a step that needs no worker. It is done outside a transaction and recorded after. */
export async function carryOutStep(
  { database, orchestrator, carriers, onError }: CarryDeps,
  runId: string,
  stepId: string,
): Promise<void> {
  const work = await orchestrator.load(database, runId)
  if (work.row(stepId).status !== 'running') return
  const outcome = await attempt(carriers, work, stepId, onError)
  await orchestrator.change(async (connection, now) => {
    const current = await orchestrator.load(connection, runId)
    if (current.row(stepId).status !== 'running') return { changed: [], reply: undefined }
    if ('error' in outcome) {
      // Another attempt would be queued for a worker, and no worker can do it.
      const failure = { status: 'failed', error: outcome.error, isRetryable: false, isFinal: true } as const
      failAttempt(current, current.step(stepId), failure, now)
    } else if (outcome.alreadyDone === undefined) {
      await succeedStep(connection, current, stepId, outcome.outputs, now)
    } else markDone(current, stepId, { ...outcome, alreadyDone: outcome.alreadyDone }, now.iso)
    return { changed: [current], reply: undefined }
  })
}

async function attempt(
  carriers: StepCarriers,
  work: RunWork,
  stepId: string,
  onError: (error: unknown) => void,
): Promise<Carried | { readonly error: ErrorBody }> {
  const step = work.step(stepId)
  const carrier = carriers[step.kind]
  try {
    if (carrier) return await carrier(work, step)
    throw new RegiaError('PIPELINE_INVALID', `This server cannot carry out steps of kind "${step.kind}".`, {
      where: step.definedAt ?? stepId,
    })
  } catch (error) {
    if (error instanceof RegiaError) return { error: error.toBody() }
    onError(error)
    // A run whose step never ends would be worse than one that fails by a fault of ours.
    const text = error instanceof Error ? error.message : String(error)
    return { error: { code: 'INTERNAL', message: `Regia could not carry out step "${stepId}": ${text}` } }
  }
}

/** Nothing had to be done, which is what "cached" says. */
function markDone(
  work: RunWork,
  stepId: string,
  { outputs, alreadyDone }: Required<Carried>,
  finishedAt: string,
): void {
  const row = work.row(stepId)
  const { cache } = row
  work.patch(stepId, {
    status: 'cached',
    outputs: encodeJson(outputs),
    attempts: encodeJson(changeLastAttempt(row, { status: 'succeeded', finishedAt })),
    ...(cache !== null && { cache: encodeJson({ ...decodeJson(cache), hit: true, reason: alreadyDone }) }),
    finished_at: finishedAt,
  })
}
