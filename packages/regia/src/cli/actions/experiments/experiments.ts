import { type Experiment, RegiaError, type TrackingFields } from '@regia/core'
import type { Action } from '../../command.ts'
import type { Context } from '../../context.ts'
import { formatNumber, formatTime, plural } from '../format.ts'
import { moreText } from '../more-text.ts'
import { findExperiment } from './find-experiment.ts'

type Paging = { readonly limit: number; readonly cursor: string | undefined }

export const listExperiments: Action<Paging & { search: string | undefined; deleted: boolean }> = async (
  { search, deleted, limit, cursor },
  context,
) => {
  const { client } = await context.connect()
  const page = await client.experiments.list({
    limit,
    lifecycle: deleted ? 'deleted' : 'active',
    ...(search !== undefined && { search }),
    ...(cursor !== undefined && { cursor }),
  })
  const { output } = context
  output.result(page, () =>
    [
      output.table(page.items, [
        { title: 'id', value: ({ id }) => id, align: 'right' },
        { title: 'experiment', value: ({ name }) => name, shrinks: true },
        { title: 'runs', value: ({ runCount }) => formatNumber(runCount), align: 'right' },
        { title: 'changed', value: ({ updatedAt }) => formatTime(updatedAt) },
        { title: 'note', value: ({ note }) => note ?? '', shrinks: true },
      ]),
      ...moreText(page.nextCursor, context),
    ].join('\n'),
  )
}

export const showExperiment: Action<{ experiment: string }> = async (input, context) => {
  const { client } = await context.connect()
  const experiment = await findExperiment(client, input.experiment)
  const body = { experiments: [experiment.id] }
  const [fields, { total }] = await Promise.all([client.tracking.fields(body), client.tracking.count(body)])
  const { output } = context
  output.result({ ...experiment, runCount: total, fields }, () => {
    const facts = [`id ${experiment.id}`, plural(total, 'run'), `made ${formatTime(experiment.createdAt)}`]
    return [
      `${output.style.bold(experiment.name)}  ${output.style.dim(facts.join(' · '))}`,
      ...(experiment.note ? ['', experiment.note] : []),
      ...Object.entries(experiment.tags).map(([key, value]) => `  ${key} = ${value}`),
      ...fieldLines(fields),
    ].join('\n')
  })
}

const FIELDS_SHOWN = 30

const fieldLines = (fields: TrackingFields): string[] =>
  (['params', 'metrics', 'tags'] as const).flatMap((kind) => {
    const keys = fields[kind].map(({ key, runCount }) => `${key} (${runCount})`)
    const rest = keys.length > FIELDS_SHOWN ? `, and ${keys.length - FIELDS_SHOWN} more` : ''
    return keys.length ? ['', `${kind}: ${keys.slice(0, FIELDS_SHOWN).join(', ')}${rest}`] : []
  })

export const createExperiment: Action<{ name: string; note: string | undefined; tag: readonly string[] }> = async (
  { name, note, tag },
  context,
) => {
  const { client } = await context.connect()
  const tags = parsePairs(tag, '--tag')
  say(await client.experiments.create({ name, tags, ...(note !== undefined && { note }) }), 'is made', context)
}

export const renameExperiment: Action<{ experiment: string; name: string }> = async ({ experiment, name }, context) => {
  const { client } = await context.connect()
  const { id } = await findExperiment(client, experiment)
  say(await client.experiments.update(id, { name }), 'is its name now', context)
}

export const deleteExperiment: Action<{ experiment: string }> = async ({ experiment }, context) => {
  const { client } = await context.connect()
  const { id } = await findExperiment(client, experiment)
  say(await client.experiments.delete(id), `is deleted; "regia experiments restore ${id}" brings it back`, context)
}

export const restoreExperiment: Action<{ experiment: string }> = async ({ experiment }, context) => {
  const { client } = await context.connect()
  const { id } = await findExperiment(client, experiment, 'deleted')
  say(await client.experiments.restore(id), 'is back', context)
}

const say = (experiment: Experiment, what: string, { output }: Context): void =>
  output.result(
    experiment,
    () => `${output.style.green('✓')} "${experiment.name}" ${what}. ${output.style.dim(`id ${experiment.id}`)}`,
  )

/** `KEY=VALUE` as texts. @throws RegiaError `INVALID_INPUT` for a word without "=". */
export function parsePairs(words: readonly string[], where: string): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)]
      throw new RegiaError('INVALID_INPUT', `"${word}" is not of the form NAME=VALUE.`, {
        where,
        hint: `Write ${where} depth=3.`,
      })
    }),
  )
}
