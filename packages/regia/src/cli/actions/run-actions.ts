import { type Approval, type Need, RegiaError, type Run, type StepRun } from '@regia/core'
import type { Action } from '../command.ts'
import { findRun } from './find-run.ts'
import { formatTime, plural } from './format.ts'
import { announceRun, followOrLeave } from './run.ts'
import { statusMark } from './status-mark.ts'

export const cancel: Action<{ run: string }> = async (input, context) => {
  const { client } = await context.connect()
  const run = await findRun(client, input.run)
  const cancelled = await client.runs.cancel(run.id)
  context.output.result(
    cancelled,
    () => `${cancelled.pipeline} #${cancelled.number}: ${statusMark(cancelled.status, context.output.style)}`,
  )
}

type RecoverInput = { readonly run: string; readonly refresh: readonly string[]; readonly detach: boolean }

export const recover: Action<RecoverInput> = async (input, context) => {
  const connection = await context.connect({ needsWorker: true })
  const run = await findRun(connection.client, input.run)
  const started = await connection.client.runs.recover(
    run.id,
    input.refresh.length > 0 ? { refresh: input.refresh } : {},
  )
  announceRun(started, context)
  const { style } = context.output
  context.output.line(style.dim(`takes over what ${run.pipeline} #${run.number} has finished`))
  return followOrLeave(connection, started, input.detach, context)
}

type ApproveInput = {
  readonly run: string
  readonly step: string | undefined
  readonly reject: boolean
  readonly comment: string | undefined
}

export const approve: Action<ApproveInput> = async (input, context) => {
  const { client } = await context.connect()
  const run = await findRun(client, input.run)
  const step = input.step ?? openQuestion(run).step
  const decided = await client.runs.approve(run.id, step, {
    isApproved: !input.reject,
    by: context.environment.user,
    ...(input.comment !== undefined && { comment: input.comment }),
  })
  const { style } = context.output
  const answer = input.reject ? style.red('✗ rejected') : style.green('✓ approved')
  context.output.result(decided, () => `${answer}  ${step} of ${run.pipeline} #${run.number}`)
}

/** The one step that asks; where several do, the person has to say which. */
function openQuestion(run: Run): StepRun {
  const open = run.steps.filter(({ status, approval }) => status === 'paused' && approval?.isApproved === undefined)
  if (open.length === 1) return open[0]!
  if (open.length === 0) {
    throw new RegiaError('CONFLICT', `Nothing of run ${run.pipeline} #${run.number} waits for a decision.`, {
      where: run.id,
      hint: '"regia approvals" lists what does.',
    })
  }
  throw new RegiaError('INVALID_INPUT', `${plural(open.length, 'step')} of this run wait for a decision.`, {
    where: run.id,
    hint: `Name one: ${open.map(({ step }) => step).join(', ')}.`,
  })
}

type Question = {
  readonly run: Extract<Need, { kind: 'approval' }>['run']
  readonly step: string
  readonly approval: Approval
  readonly since: string
}

export const approvals: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const { needs } = await client.overview()
  const items: readonly Question[] = needs.flatMap((need) => (need.kind === 'approval' ? [need] : []))
  const { output } = context
  output.result({ items }, () =>
    items.length === 0
      ? 'Nothing waits for a decision.'
      : output.table(items, [
          { title: 'run', value: ({ run }) => `${run.pipeline} #${run.number}` },
          { title: 'step', value: ({ step }) => step },
          { title: 'question', value: ({ approval }) => approval.question, shrinks: true },
          { title: 'who', value: ({ approval }) => approval.approvers.join(', ') || 'anybody' },
          { title: 'since', value: ({ since }) => formatTime(since) },
          { title: 'id', value: ({ run }) => run.id },
        ]),
  )
}
