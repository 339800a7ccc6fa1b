import { type GraphStep, type LeasedStep, type RunId, type StepRunId, toIso } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import { resolveInputs } from './resolve-inputs.ts'
import { changeLastAttempt, type RunWork } from './run-work.ts'
import type { OrderedVersion } from './version-store.ts'

/** Gives a queued step to a worker: a token higher than any before, and all that the worker needs to know. */
export async function grant(
  connection: Connection,
  work: RunWork,
  stepId: string,
  worker: string,
  now: Moment,
  leaseMs: number,
): Promise<LeasedStep> {
  const row = work.row(stepId)
  const step = work.step(stepId)
  const token = await takeTokens(connection, 1)
  const expiresAt = now.ms + leaseMs
  await connection.insertInto('lease').values({ step_run_id: row.id, token, worker, expires_at: expiresAt }).execute()
  const attempts = changeLastAttempt(row, { status: 'running', leasedAt: now.iso, worker })
  work.patch(stepId, { status: 'running', attempts: encodeJson(attempts), started_at: row.started_at ?? now.iso })
  return {
    leaseToken: token,
    expiresAt: toIso(expiresAt),
    // Both columns are filled from the id factory only.
    runId: work.run.id as RunId,
    stepRunId: row.id as StepRunId,
    attempt: attempts.length,
    ...describeLease(work.version, step),
    inputs: resolveInputs(step, work.sources),
    seed: seedOf(work, stepId),
  }
}

/** What a worker needs to know of a step, whatever its inputs. */
export const describeLease = ({ bundleDigest, projectDir }: OrderedVersion, step: GraphStep) => ({
  step: step.id,
  stepName: step.name,
  kind: step.kind,
  bundleDigest,
  projectDir,
  outputs: step.outputs,
  ...(step.checks && { checks: step.checks }),
  ...(step.command && { command: step.command }),
  env: step.env,
  secrets: step.secrets,
  timeoutMs: step.timeoutMs,
  cpu: step.cpu,
  memoryMb: step.memoryMb,
})

/** The same for the same code and inputs, so that a step that is repeated gives the same result. */
function seedOf(work: RunWork, stepId: string): string {
  const { cache } = work.row(stepId)
  return cache === null ? stepId : decodeJson(cache).key
}

/** Takes so many fencing tokens, each higher than any before. @returns The last of them. */
export async function takeTokens(connection: Connection, count: number): Promise<number> {
  const row = await connection
    .insertInto('counter')
    .values({ name: 'lease', value: count })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(({ eb }) => ({ value: eb('counter.value', '+', count) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return row.value
}
