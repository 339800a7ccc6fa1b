import { RegiaError, type Run, type StepRun } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { describeChanges } from './changes.ts'
import { findRun } from './find-run.ts'
import { conditionText } from './mermaid.ts'
import { statusMark } from './status-mark.ts'

export const why: Action<{ run: string }> = async (input, context) => {
  const slash = input.run.indexOf('/')
  const [reference, stepName] =
    slash < 0 ? [input.run, undefined] : [input.run.slice(0, slash), input.run.slice(slash + 1)]
  const { client } = await context.connect()
  const run = await findRun(client, reference)
  const steps = stepName === undefined ? run.steps : [stepOf(run, stepName)]
  const answer = {
    run: run.id,
    pipeline: run.pipeline,
    number: run.number,
    steps: steps.map(({ step, status, cache, error }) => ({ step, status, cache, error })),
  }
  context.output.result(answer, () => describe(run, steps, stepName !== undefined, context.output))
}

function stepOf(run: Run, name: string): StepRun {
  const step = run.steps.find((each) => each.step === name)
  if (step) return step
  throw new RegiaError('NOT_FOUND', `Run ${run.pipeline} #${run.number} has no step "${name}".`, {
    hint: `It has: ${run.steps.map((each) => each.step).join(', ')}.`,
  })
}

function describe(run: Run, steps: readonly StepRun[], isDetailed: boolean, output: Output): string {
  const head = output.style.bold(`${run.pipeline} #${run.number}`)
  return [head, ...steps.flatMap((step) => describeStep(run, step, isDetailed, output))].join('\n')
}

function describeStep(run: Run, stepRun: StepRun, isDetailed: boolean, { style }: Output): string[] {
  const { step, status, cache, error } = stepRun
  const reason = cache?.reason ?? error?.message ?? undecided(run, stepRun)
  const lines = [`  ${step}  ${statusMark(status, style)}  ${reason}`]
  if (cache?.changed.length) lines.push(`    ${style.dim(describeChanges(cache.changed))}`)
  if (cache?.sourceRunId) lines.push(`    ${style.dim(`outputs taken from ${cache.sourceRunId}`)}`)
  if (isDetailed && cache) {
    lines.push(`    ${style.dim('key')} ${cache.key}`)
    for (const [part, value] of Object.entries(cache.parts)) lines.push(`    ${style.dim(part)} ${value}`)
  }
  return lines
}

/** Why nothing was decided about a step: it did not come that far. */
function undecided(run: Run, { step, status }: StepRun): string {
  if (status === 'skipped') return `It runs only ${conditionsOf(run, step) || 'after a step that was skipped'}.`
  if (status === 'cancelled') return `It had not started when ${endOf(run)}.`
  return 'It waits for the steps before it.'
}

const conditionsOf = ({ graph }: Run, name: string): string =>
  (graph.steps.find(({ id }) => id === name)?.when ?? []).map(conditionText).join(' and ')

const endOf = ({ status }: Run): string =>
  status === 'cancelled' ? 'the run was cancelled' : 'a step before it failed or the run was stopped'
