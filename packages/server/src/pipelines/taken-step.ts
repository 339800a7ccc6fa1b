import type { Approval, Artifact, CacheDecision, RunId } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, decodeOptionalJson } from '../database/json-text.ts'
import { lastStepMetrics } from './log-store.ts'
import type { Outputs, StepRow } from './run-work.ts'

/** A step that a run does not run, because what it makes is there already: from the cache or from another run. */
export type TakenStep = {
  readonly status: 'cached' | 'skipped'
  readonly inputs: Readonly<Record<string, Artifact>>
  readonly outputs: Outputs
  readonly decision: CacheDecision | undefined
  readonly approval?: Approval | undefined
  readonly metrics: Readonly<Record<string, number>>
}
export type TakenSteps = ReadonlyMap<string, TakenStep>

export const LEFT_OUT: TakenStep = { status: 'skipped', inputs: {}, outputs: {}, decision: undefined, metrics: {} }

/** What a step of another run left, with the reason why it is taken. */
export async function takeStep(connection: Connection, row: StepRow, reason: string): Promise<TakenStep> {
  // The column is filled from the id factory only.
  const runId = row.run_id as RunId
  const before = decodeOptionalJson(row.cache)
  const sourceRunId = before?.sourceRunId ?? runId
  return {
    status: 'cached',
    inputs: decodeJson(row.inputs),
    outputs: decodeJson(row.outputs),
    decision: before && { ...before, hit: true, sourceRunId, changed: [], reason },
    approval: decodeOptionalJson(row.approval),
    metrics: await lastStepMetrics(connection, sourceRunId, row.step),
  }
}

/** Whether what the step made is still in the blob store. */
export async function hasOutputs(
  row: StepRow,
  hasBlob: (digest: Artifact['digest']) => Promise<boolean>,
): Promise<boolean> {
  for (const { kind, digest } of Object.values(decodeJson(row.outputs))) {
    if (kind !== 'value' && kind !== 'report' && !(await hasBlob(digest))) return false
  }
  return true
}
