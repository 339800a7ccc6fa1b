import { type Approval, type GraphStep, RegiaError } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeOptionalJson, encodeJson } from '../database/json-text.ts'
import type { Moment } from './advance-run.ts'
import { succeedStep } from './finish-step.ts'
import { valueArtifact } from './resolve-inputs.ts'
import type { KnownOfStep, RunWork } from './run-work.ts'

export type Answer = { readonly isApproved: boolean; readonly by: string; readonly comment?: string | undefined }

/** Puts the question of an approve step. It holds no lease and no worker, so waiting costs nothing. */
export function askPerson(work: RunWork, step: GraphStep, known: KnownOfStep, now: Moment): void {
  const approval = approvalOf(step)
  work.patch(step.id, {
    ...known,
    status: 'paused',
    approval: encodeJson(approval),
    decide_by: approval.timeoutMs === undefined ? null : now.ms + approval.timeoutMs,
    started_at: now.iso,
  })
  work.asked.push({ step: step.id, question: approval.question })
}

/**
 * Takes the answer, which are the step's outputs: `approved` and `comment`. A no is an answer, and the step has succeeded.
 *
 * @throws RegiaError `CONFLICT` where nothing is asked (any more), `UNAUTHORIZED` for who is not among the approvers.
 */
export async function takeAnswer(
  connection: Connection,
  work: RunWork,
  stepId: string,
  answer: Answer,
  now: Moment,
): Promise<void> {
  const row = work.row(stepId)
  const asked = decodeOptionalJson(row.approval)
  if (row.status !== 'paused' || !asked) throw notAsked(work, stepId, asked)
  const { isApproved, by, comment = '' } = answer
  const approval: Approval = { ...asked, isApproved, by, comment, decidedAt: now.iso }
  work.patch(stepId, { approval: encodeJson(approval), decide_by: null })
  const values: Readonly<Record<string, unknown>> = { approved: isApproved, comment }
  const outputs = Object.keys(work.step(stepId).outputs).map((name) => [name, valueArtifact(values[name])])
  await succeedStep(connection, work, stepId, Object.fromEntries(outputs), now)
}

/** @throws RegiaError `UNAUTHORIZED`. */
export function assertMayDecide(work: RunWork, stepId: string, by: string): void {
  const { approvers } = approvalOf(work.step(stepId))
  if (approvers.length === 0 || approvers.includes(by)) return
  throw new RegiaError('UNAUTHORIZED', `"${by}" may not decide step "${stepId}" of ${nameOf(work)}.`, {
    where: stepId,
    hint: `Who may: ${approvers.join(', ')}. The command answers as the account in USER, the API as "by" says.`,
  })
}

function approvalOf({ id, approval }: GraphStep): Approval {
  if (!approval) throw new Error(`unreachable: approve step "${id}" has no question`)
  return approval
}

const nameOf = ({ run }: RunWork): string => `${run.pipeline} #${run.number}`

function notAsked(work: RunWork, stepId: string, asked: Approval | undefined): RegiaError {
  const { status } = work.row(stepId)
  const decided = asked?.isApproved !== undefined
  const answer = asked?.isApproved ? 'yes' : 'no'
  const message = decided
    ? `Step "${stepId}" of ${nameOf(work)} was decided already: ${answer}, by "${asked.by}".`
    : `Step "${stepId}" of ${nameOf(work)} asks nothing now: it is ${status}.`
  return new RegiaError('CONFLICT', message, { where: stepId, hint: `See the run: regia runs show ${work.run.id}.` })
}
