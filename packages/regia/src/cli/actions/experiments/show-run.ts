import type { TrackedRunDetail } from '@regia/core'
import type { Action } from '../../command.ts'
import type { Output } from '../../output.ts'
import { formatDuration, formatTime, spanMs } from '../format.ts'
import { statusMark } from '../status-mark.ts'
import { numberText } from './run-columns.ts'

type RunInput = { readonly run: string }

export const showTrackedRun: Action<RunInput> = async ({ run: id }, context) => {
  const { client } = await context.connect()
  const run = await client.tracking.get(id)
  const { files } = await client.tracking.files(id)
  const experiment = await client.experiments.get(run.experimentId)
  context.output.result({ ...run, files }, () =>
    describe(
      run,
      experiment.name,
      files.map(({ path, isFolder }) => (isFolder ? `${path}/` : path)),
      context.output,
    ),
  )
}

function describe(run: TrackedRunDetail, experiment: string, files: readonly string[], output: Output): string {
  const { style } = output
  const facts = [
    `experiment ${experiment}`,
    ...(run.user ? [`by ${run.user}`] : []),
    `started ${formatTime(run.startedAt)}`,
    `took ${formatDuration(spanMs(run.startedAt, run.finishedAt))}`,
    ...(run.parentId ? [`inside ${run.parentId}`] : []),
    ...(run.childCount ? [`${run.childCount} inside`] : []),
  ]
  const metrics = run.metrics.map(({ key, value, step }) => [
    key,
    `${numberText(value)}${step ? ` (step ${step})` : ''}`,
  ])
  const data = run.datasets.map(({ name, digest, context }) => [name, `${digest}${context ? ` (${context})` : ''}`])
  return [
    `${style.bold(run.name)}  ${statusMark(run.status, style)}  ${style.dim(run.id)}`,
    style.dim(facts.join(' · ')),
    ...(run.note ? ['', run.note] : []),
    ...section('Params', Object.entries(run.params)),
    ...section('Metrics', metrics),
    ...section('Tags', Object.entries(run.tags)),
    ...section('Data', data),
    ...section(
      'Artifacts',
      files.map((path) => [path, '']),
    ),
  ].join('\n')
}

function section(title: string, pairs: readonly (readonly string[])[]): string[] {
  if (pairs.length === 0) return []
  const width = Math.max(...pairs.map(([key = '']) => key.length))
  return ['', title, ...pairs.map(([key = '', value = '']) => `  ${key.padEnd(width)}  ${value}`.trimEnd())]
}

export const deleteTrackedRun: Action<RunInput> = async ({ run: id }, context) => {
  const { client } = await context.connect()
  const run = await client.tracking.delete(id)
  const { output } = context
  output.result(
    run,
    () => `${output.style.green('✓')} ${run.name} is deleted; "regia experiments restore-run ${id}" brings it back.`,
  )
}

export const restoreTrackedRun: Action<RunInput> = async ({ run: id }, context) => {
  const { client } = await context.connect()
  const run = await client.tracking.restore(id)
  const { output } = context
  output.result(run, () => `${output.style.green('✓')} ${run.name} is back.`)
}
