import type { PlanStep } from '@regia/core'
import { deployPipeline } from '../../project/deploy.ts'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { describeChanges } from './changes.ts'
import { plural } from './format.ts'
import { parseParams } from './params.ts'

export const plan: Action<{ pipeline: string; param: readonly string[] }> = async (input, context) => {
  const params = parseParams(input.param)
  const connection = await context.connect()
  const version = await context.output.waiting('Bundling the code', deployPipeline(connection, input.pipeline))
  const { steps } = await connection.client.pipelines.plan(input.pipeline, { version: version.version, params })
  context.output.result({ pipeline: input.pipeline, version: version.version, steps }, () =>
    describePlan(steps, context.output),
  )
}

function describePlan(steps: readonly PlanStep[], output: Output): string {
  const { style } = output
  const marks = {
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
  const toRun = steps.filter((step) => step.action !== 'cached').length
  return `${table}\n\n${toRun === 0 ? `Nothing to do: all ${plural(steps.length, 'step')} cached.` : `${plural(toRun, 'step')} of ${steps.length} to run.`}`
}
