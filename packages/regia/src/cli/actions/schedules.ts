import type { Schedule, ScheduleFiring } from '@regia/core'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { followRun } from './follow-run.ts'
import { formatTime, formatValue } from './format.ts'
import { statusMark } from './status-mark.ts'

export const listSchedules: Action<{ pipeline: string | undefined }> = async ({ pipeline }, context) => {
  const { client } = await context.connect()
  const page = await client.schedules.list({ limit: 1000, ...(pipeline !== undefined && { pipeline }) })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No schedules yet. Declare one with "schedule(…)" and run "regia apply".'
      : output.table(page.items, [
          { title: 'schedule', value: (each: Schedule) => each.name },
          { title: 'pipeline', value: ({ pipeline: name, channel }) => (channel ? `${name} (${channel})` : name) },
          { title: 'when', value: whenText },
          { title: 'next', value: (each) => (each.isPaused ? 'paused' : formatTime(each.nextAt)) },
          { title: 'last', value: (each) => firingMark(each.lastFiring, output) },
        ]),
  )
}

function whenText({ when }: Pick<Schedule, 'when'>): string {
  switch (when.on) {
    case 'time':
      return `${when.cron} ${when.timezone}`
    case 'dataset':
      return `a new version of ${when.dataset}`
    case 'alias':
      return `${when.model}@${when.alias} moves`
    case 'alert':
      return `an alert of ${when.monitor}`
    case 'webhook':
      return 'a webhook'
  }
}

const firingMark = (firing: ScheduleFiring | undefined, { style }: Output): string =>
  firing ? `${statusMark(firing.outcome, style)} ${formatTime(firing.at)}` : 'never'

export const showSchedule: Action<{ name: string; limit: number }> = async ({ name, limit }, context) => {
  const { client } = await context.connect()
  const [schedule, firings] = [await client.schedules.get(name), await client.schedules.firings(name, { limit })]
  const { output } = context
  output.result({ ...schedule, firings: firings.items }, () =>
    [describe(schedule, output), ...(firings.items.length ? ['', firingTable(firings.items, output)] : [])].join('\n'),
  )
}

function describe(schedule: Schedule, { style }: Output): string {
  const { when, params } = schedule
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['runs', `${schedule.pipeline}, ${schedule.channel ? `what ${schedule.channel} points to` : 'the latest version'}`],
    ['when', whenText(schedule)],
    ['next', schedule.isPaused ? 'paused' : schedule.nextAt && formatTime(schedule.nextAt)],
    ['catch-up', when.on === 'time' ? when.catchUp : undefined],
    ['overlap', schedule.overlap],
    ['webhook', schedule.webhookPath && `POST ${schedule.webhookPath}`],
    [
      'params',
      Object.entries(params)
        .map(([name, value]) => `${name}=${formatValue(value)}`)
        .join(' ') || undefined,
    ],
  ]
  const lines = facts.flatMap(([name, value]) => (value ? [`  ${style.dim(name.padEnd(9))} ${value}`] : []))
  const about = schedule.description ? [schedule.description] : []
  return [style.bold(schedule.name), ...about, ...lines].join('\n')
}

const firingTable = (firings: readonly ScheduleFiring[], output: Output): string =>
  output.table(firings, [
    { title: 'for', value: (each) => formatTime(each.at) },
    { title: 'outcome', value: (each) => statusMark(each.outcome, output.style) },
    { title: 'run', value: (each) => each.runId ?? '' },
    { title: 'reason', value: (each) => each.reason, shrinks: true },
  ])

export const previewTimes: Action<{ cron: string; timezone: string; count: number }> = async (query, context) => {
  const { client } = await context.connect()
  const found = await client.schedules.preview(query)
  context.output.result(found, () => found.times.map((time) => `${formatTime(time)} UTC`).join('\n'))
}

export const pauseSchedule: Action<{ name: string }> = async ({ name }, context) => {
  const { client } = await context.connect()
  const schedule = await client.schedules.pause(name)
  context.output.result(schedule, () => `${context.output.style.green('✓')} ${name} is paused.`)
}

export const resumeSchedule: Action<{ name: string }> = async ({ name }, context) => {
  const { client } = await context.connect()
  const schedule = await client.schedules.resume(name)
  const next = schedule.nextAt ? `; next at ${formatTime(schedule.nextAt)} UTC` : ''
  context.output.result(schedule, () => `${context.output.style.green('✓')} ${name} runs again${next}.`)
}

/** A run in a home that this process owns ends with it, so that it is waited for. */
export const fireSchedule: Action<{ name: string }> = async ({ name }, context): Promise<ExitCode> => {
  const connection = await context.connect({ needsWorker: true })
  const firing = await connection.client.schedules.fire(name)
  if (connection.isOwner && firing.runId !== undefined) {
    const run = await followRun(connection.client, firing.runId, context)
    context.output.result(firing, () => fired(firing, context))
    return run?.status === 'succeeded' ? EXIT.ok : EXIT.failed
  }
  context.output.result(firing, () => fired(firing, context))
  return firing.outcome === 'failed' ? EXIT.failed : EXIT.ok
}

const fired = ({ outcome, runId, reason }: ScheduleFiring, { output }: Context): string =>
  `${statusMark(outcome, output.style)}${runId ? `  ${runId}` : ''}  ${output.style.dim(reason)}`

export const removeSchedule: Action<{ name: string }> = async ({ name }, context) => {
  const { client } = await context.connect()
  await client.schedules.remove(name)
  context.output.result({ name }, () => `${context.output.style.green('✓')} ${name} is removed; its runs stay.`)
}
