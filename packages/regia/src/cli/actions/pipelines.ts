import { type GraphStep, type PipelineVersion, refText } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatTime, formatValue } from './format.ts'
import { statusMark } from './status-mark.ts'

export const listPipelines: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const page = await client.pipelines.list({ limit: 1000 })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No pipelines yet. "regia run PIPELINE" deploys one of this project and runs it.'
      : output.table(page.items, [
          { title: 'pipeline', value: (each) => each.pipeline },
          { title: 'version', value: (each) => String(each.version), align: 'right' },
          { title: 'steps', value: (each) => String(each.graph.steps.length), align: 'right' },
          {
            title: 'last run',
            value: ({ lastRun }) =>
              lastRun ? `#${lastRun.number} ${statusMark(lastRun.status, output.style)}` : 'never',
          },
          { title: 'deployed', value: (each) => formatTime(each.createdAt) },
          { title: 'description', value: (each) => each.graph.description, shrinks: true },
        ]),
  )
}

export const showPipeline: Action<{ pipeline: string }> = async (input, context) => {
  const { client } = await context.connect()
  const version = await client.pipelines.get(input.pipeline)
  context.output.result(version, () => describePipeline(version, context.output))
}

function describePipeline({ pipeline, version, graph }: PipelineVersion, output: Output): string {
  const { style } = output
  const params = Object.entries(graph.params).map(
    ([name, { default: value }]) => `  ${name}${value === undefined ? '' : ` = ${formatValue(value)}`}`,
  )
  const steps = output.table(graph.steps, [
    { title: 'step', value: (step) => step.id },
    { title: 'kind', value: (step) => step.kind },
    { title: 'needs', value: needsText, shrinks: true },
    { title: 'makes', value: (step) => Object.keys(step.outputs).join(', '), shrinks: true },
    { title: 'defined at', value: (step) => step.definedAt ?? '', shrinks: true },
  ])
  const head = [style.bold(`${pipeline} version ${version}`), ...(graph.description ? [graph.description] : [])]
  return [...head, ...(params.length ? ['', 'Parameters', ...params] : []), '', steps].join('\n')
}

const needsText = (step: GraphStep) => Object.values(step.inputs).map(refText).join(', ')
