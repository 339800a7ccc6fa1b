import type { PlanStep } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { describeChanges } from './changes.ts'
import { plural } from './format.ts'
import { connectAndRead, type RequestInput, readRequest, withVersion } from './run-request.ts'

export const plan: Action<RequestInput> = async (input, context) => {
  const asked = readRequest(input)
  const { connection, found } = await connectAndRead(context, input.pipeline, asked)
  const request = await withVersion(connection, input, asked, context.output, found)
  const { steps } = await connection.client.pipelines.plan(input.pipeline, request)
  const { version, channel } = request
  context.output.result({ pipeline: input.pipeline, version, channel, steps }, () =>
    describePlan(steps, context.output),
  )
}

function describePlan(steps: readonly PlanStep[], output: Output): string {
  const { style } = output
  const marks: { readonly [Action in PlanStep['action']]: string } = {
    run: style.blue('○ run'),
    cached: style.dim('◌ cached'),
    unknown: style.yellow('▲ depends'),
    reused: style.dim('◌ reused'),
    skipped: style.dim('– skipped'),
  }
  const table = output.table(steps, [
    { title: 'step', value: (step) => step.step },
    { title: 'would', value: (step) => marks[step.action] },
    {
      title: 'because',
      value: (step) => [step.reason, describeChanges(step.changed)].filter(Boolean).join(' '),
      shrinks: true,
    },
  ])
  return `${table}\n\n${summaryOf(steps)}`
}

function summaryOf(steps: readonly PlanStep[]): string {
  const count = (...actions: readonly PlanStep['action'][]) =>
    steps.filter(({ action }) => actions.includes(action)).length
  const [toRun, unknown] = [count('run'), count('unknown')]
  if (toRun + unknown === 0) return `Nothing to do: ${plural(count('cached', 'reused'), 'step')} cached.`
  const more = unknown > 0 ? `, and up to ${unknown} more that depend on what these make` : ''
  return `${plural(toRun, 'step')} of ${steps.length} to run${more}.`
}
