import type { Run, RunSummary, StepRun } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { findRun } from './find-run.ts'
import { formatDuration, formatNumber, formatTime, formatValue, plural, spanMs } from './format.ts'
import { statusMark } from './status-mark.ts'

export const listRuns: Action<{ pipeline: string | undefined; status: string | undefined; limit: number }> = async (
  input,
  context,
) => {
  const { client } = await context.connect()
  const query = {
    limit: input.limit,
    ...(input.pipeline && { pipeline: input.pipeline }),
    ...(input.status && { status: input.status }),
  }
  const page = await client.runs.list(query)
  const { output } = context
  output.result(page, () =>
    page.items.length ? runTable(page.items, output) : 'No runs yet. Start one with "regia run PIPELINE".',
  )
}

const runTable = (runs: readonly RunSummary[], output: Output) =>
  output.table(runs, [
    { title: 'run', value: (run) => `${run.pipeline} #${run.number}` },
    { title: 'status', value: (run) => statusMark(run.status, output.style) },
    { title: 'steps', value: (run) => `${run.finishedStepCount}/${run.stepCount} (${run.cachedStepCount} cached)` },
    { title: 'started', value: (run) => formatTime(run.startedAt) },
    { title: 'took', value: (run) => formatDuration(spanMs(run.startedAt, run.finishedAt)), align: 'right' },
    { title: 'metrics', value: (run) => metricsText(run.metrics), shrinks: true },
    { title: 'id', value: (run) => run.id },
  ])

const metricsText = (metrics: RunSummary['metrics']) =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ')

export const showRun: Action<{ run: string }> = async (input, context) => {
  const { client } = await context.connect()
  const run = await findRun(client, input.run)
  context.output.result(run, () => describeRun(run, context.output))
}

/** A run as a page of text: what it was asked, its steps, what it measured. */
export function describeRun(run: Run, output: Output): string {
  const { style } = output
  const head = `${style.bold(`${run.pipeline} #${run.number}`)}  ${statusMark(run.status, style)}  ${style.dim(run.id)}`
  const facts = [
    `pipeline version ${run.pipelineVersion}`,
    `started ${formatTime(run.startedAt)}`,
    `took ${formatDuration(spanMs(run.startedAt, run.finishedAt))}`,
    `${plural(run.stepCount, 'step')}, ${run.cachedStepCount} cached`,
  ]
  const params = Object.entries(run.params).map(([name, value]) => `  ${name} = ${formatValue(value)}`)
  const lines = [
    head,
    style.dim(facts.join(' · ')),
    ...(params.length ? ['', 'Parameters', ...params] : []),
    '',
    stepTable(run.steps, output),
  ]
  if (Object.keys(run.metrics).length) lines.push('', `Metrics  ${metricsText(run.metrics)}`)
  return lines.join('\n')
}

const stepTable = (steps: readonly StepRun[], output: Output) =>
  output.table(steps, [
    { title: 'step', value: (step) => step.step },
    { title: 'status', value: (step) => statusMark(step.status, output.style) },
    { title: 'took', value: (step) => formatDuration(spanMs(step.startedAt, step.finishedAt)), align: 'right' },
    { title: 'attempts', value: (step) => String(step.attempts.length), align: 'right' },
    { title: 'why', value: (step) => step.error?.message ?? step.cache?.reason ?? '', shrinks: true },
  ])
