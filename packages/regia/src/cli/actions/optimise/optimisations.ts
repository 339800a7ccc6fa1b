import { type ModelOptimisation, OPTIMISATION_STATUSES } from '@regia/core'
import type { Action } from '../../command.ts'
import type { Output } from '../../output.ts'
import { formatTime } from '../format.ts'
import { oneOf } from '../one-of.ts'
import { statusMark } from '../status-mark.ts'
import { describeOptimisation } from './describe-optimisation.ts'

export const listOptimisations: Action<{
  model: string | undefined
  status: string | undefined
  limit: number
  cursor: string | undefined
}> = async ({ model, status, limit, cursor }, context) => {
  const { client } = await context.connect()
  const query = {
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(status !== undefined && { status: oneOf('--status', OPTIMISATION_STATUSES, status) }),
  }
  const page = await (model === undefined
    ? client.optimisations.list(query)
    : client.models.optimisations(model, query))
  const next = page.nextCursor === undefined ? '' : `\nMore: --cursor ${page.nextCursor}`
  context.output.result(page, () => `${optimisationsTable(page.items, context.output)}${next}`)
}

export const showOptimisation: Action<{ optimisation: string }> = async ({ optimisation }, context) => {
  const { client } = await context.connect()
  const found = await client.optimisations.get(optimisation)
  context.output.result(found, () => describe(found, context.output))
}

export const cancelOptimisation: Action<{ optimisation: string }> = async ({ optimisation }, context) => {
  const { client } = await context.connect()
  const found = await client.optimisations.cancel(optimisation)
  context.output.result(found, () => `${found.id} is ${found.status}.`)
}

export const deleteOptimisation: Action<{ optimisation: string }> = async ({ optimisation }, context) => {
  const { client } = await context.connect()
  await client.optimisations.delete(optimisation)
  const { style, result } = context.output
  result({ optimisation }, () => `${style.green('✓')} ${optimisation} is deleted.`)
}

function optimisationsTable(items: readonly ModelOptimisation[], { table, style }: Output): string {
  if (items.length === 0) return 'There is no optimisation. "regia models optimise MODEL@VERSION --by WAY" makes one.'
  return table(items, [
    { title: 'Optimisation', value: ({ id }) => id },
    { title: 'Status', value: ({ status }) => statusMark(status, style) },
    { title: 'Model', value: ({ model, version }) => `${model}@${version}`, shrinks: true },
    { title: 'By', value: ({ by }) => by },
    { title: 'Made', value: ({ madeVersion }) => (madeVersion === undefined ? '–' : `version ${madeVersion}`) },
    { title: 'Asked', value: ({ startedAt }) => formatTime(startedAt) },
  ])
}

function describe(found: ModelOptimisation, output: Output): string {
  const { style } = output
  const { id, model, version, by, status, askedBy, startedAt, progress, error } = found
  const lines = [
    `${style.bold(id)}  ${statusMark(status, style)}`,
    `${model} version ${version} by ${by}, asked for by ${askedBy} at ${formatTime(startedAt)}`,
  ]
  if (status === 'waiting' || status === 'running')
    lines.push(`${Math.floor(progress.fraction * 100)} %: ${progress.message}`)
  if (error) lines.push(`${style.red('✗')} ${error.message}`, ...(error.hint === undefined ? [] : [error.hint]))
  if (found.report) lines.push('', describeOptimisation(found, output))
  return lines.join('\n')
}
