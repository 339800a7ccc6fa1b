import { type Channel, type ChannelMove, RegiaError, type VersionDiff } from '@regia/core'
import { deployPipeline } from '../../project/deploy.ts'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatTime } from './format.ts'

type DeployInput = {
  pipeline: string
  channel: string
  version: number | undefined
  reason: string | undefined
}

export const deploy: Action<DeployInput> = async ({ pipeline, channel, version, reason }, context) => {
  const connection = await context.connect()
  const { client } = connection
  const { output } = context
  const deployed = version ?? (await output.waiting('Bundling the code', deployPipeline(connection, pipeline))).version
  const { channels } = await client.pipelines.channels(pipeline)
  const before = channels.find((each) => each.channel === channel)?.version
  const moved = await client.pipelines.moveChannel(pipeline, channel, {
    version: deployed,
    ...(reason !== undefined && { reason }),
  })
  output.result({ ...moved, ...(before !== undefined && { fromVersion: before }) }, () =>
    before === moved.version
      ? `${channel} of ${pipeline} points to version ${moved.version} already; nothing changed.`
      : `${output.style.green('✓')} ${movedText(moved, before)}`,
  )
}

export const rollback: Action<{ pipeline: string; channel: string; reason: string | undefined }> = async (
  { pipeline, channel, reason },
  context,
) => {
  const { client } = await context.connect()
  const { output } = context
  const moved = await client.pipelines.rollback(pipeline, channel, { ...(reason !== undefined && { reason }) })
  output.result(
    moved,
    () => `${output.style.green('✓')} ${channel} of ${pipeline} is back at version ${moved.version}.`,
  )
}

const movedText = ({ pipeline, channel, version }: Channel, before: number | undefined): string =>
  `${channel} of ${pipeline} points to version ${version}${before === undefined ? '' : `; it pointed to ${before}`}.`

export const listVersions: Action<{ pipeline: string; limit: number }> = async ({ pipeline, limit }, context) => {
  const { client } = await context.connect()
  const [page, { channels }] = [
    await client.pipelines.versions(pipeline, { limit }),
    await client.pipelines.channels(pipeline),
  ]
  const { output } = context
  const channelsOf = (version: number) =>
    channels.filter((each) => each.version === version).map(({ channel }) => channel)
  const items = page.items.map((each) => ({ ...each, channels: channelsOf(each.version) }))
  output.result({ ...page, items }, () =>
    output.table(items, [
      { title: 'version', value: (each) => String(each.version), align: 'right' },
      { title: 'channels', value: (each) => each.channels.join(', ') },
      { title: 'steps', value: (each) => String(each.graph.steps.length), align: 'right' },
      { title: 'environment', value: (each) => each.graph.environment ?? 'base' },
      { title: 'digest', value: (each) => each.digest.slice(7, 19) },
      { title: 'deployed', value: (each) => formatTime(each.createdAt) },
    ]),
  )
}

type DiffInput = { pipeline: string; before: string | undefined; after: string | undefined }

export const diffVersions: Action<DiffInput> = async (input, context) => {
  const { client } = await context.connect()
  const after = numberOf(input.after) ?? (await client.pipelines.get(input.pipeline)).version
  const before = numberOf(input.before) ?? after - 1
  if (before < 1) {
    throw new RegiaError('NOT_FOUND', `Pipeline "${input.pipeline}" has one version; there is none to compare it with.`)
  }
  const diff = await client.pipelines.diff(input.pipeline, before, after)
  context.output.result(diff, () => diffText(diff, context.output))
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const version = Number(text.replace(/^v/, ''))
  if (Number.isSafeInteger(version) && version > 0) return version
  throw new RegiaError('INVALID_INPUT', `"${text}" is no version.`, { hint: 'Versions are numbers, such as 3.' })
}

function diffText(diff: VersionDiff, { style }: Output): string {
  const changeText = ({ what, before, after }: VersionDiff['settings'][number]): string =>
    before === undefined
      ? `${style.green('+')} ${what}  ${after}`
      : after === undefined
        ? `${style.red('-')} ${what}  ${before}`
        : `${style.yellow('~')} ${what}  ${before} → ${after}`
  const lines = [
    ...diff.added.map((step) => `${style.green('+')} step ${step}`),
    ...diff.removed.map((step) => `${style.red('-')} step ${step}`),
    ...diff.changed.flatMap(({ step, changes }) => [
      `${style.yellow('~')} step ${style.bold(step)}`,
      ...changes.map((change) => `    ${changeText(change)}`),
    ]),
    ...diff.settings.map(changeText),
  ]
  const head = style.bold(`${diff.pipeline}  version ${diff.before} → ${diff.after}`)
  const isSame = diff.bundles.before === diff.bundles.after
  const none = isSame ? 'They are the same.' : 'Steps and settings are the same; only other code of the bundle changed.'
  return [head, ...(lines.length > 0 ? lines : [none])].join('\n')
}

export const listChannels: Action<{ pipeline: string; limit: number }> = async ({ pipeline, limit }, context) => {
  const { client } = await context.connect()
  const [{ channels }, history] = [
    await client.pipelines.channels(pipeline),
    await client.pipelines.channelHistory(pipeline, { limit }),
  ]
  const { output } = context
  output.result({ channels, history: history.items }, () =>
    channels.length === 0
      ? `No channel of ${pipeline} yet. "regia deploy ${pipeline} --channel prod" makes one.`
      : [channelTable(channels, output), '', moveTable(history.items, output)].join('\n'),
  )
}

const channelTable = (channels: readonly Channel[], output: Output): string =>
  output.table(channels, [
    { title: 'channel', value: (each) => each.channel },
    { title: 'version', value: (each) => String(each.version), align: 'right' },
    { title: 'moved', value: (each) => formatTime(each.movedAt) },
    { title: 'by', value: (each) => each.by },
  ])

const moveTable = (moves: readonly ChannelMove[], output: Output): string =>
  output.table(moves, [
    { title: 'at', value: (each) => formatTime(each.at) },
    { title: 'channel', value: (each) => each.channel },
    { title: 'from', value: (each) => String(each.fromVersion ?? '–'), align: 'right' },
    { title: 'to', value: (each) => String(each.toVersion), align: 'right' },
    { title: 'by', value: (each) => each.by },
    { title: 'reason', value: (each) => each.reason ?? '', shrinks: true },
  ])
