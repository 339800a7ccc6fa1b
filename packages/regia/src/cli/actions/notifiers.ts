import type { Notification, Notifier } from '@regia/core'
import type { Action } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { formatTime } from './format.ts'
import { statusMark } from './status-mark.ts'

export const listNotifiers: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const page = await client.notifiers.list({ limit: 1000 })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No notifiers yet. Declare one with "notifier(…)" and run "regia apply".'
      : output.table(page.items, [
          { title: 'notifier', value: (each: Notifier) => each.name },
          { title: 'via', value: ({ via }) => (via.kind === 'custom' ? via.type : via.kind) },
          { title: 'tells of', value: (each) => each.events.join(', '), shrinks: true },
          { title: 'pipelines', value: (each) => each.pipelines.join(', ') || 'all', shrinks: true },
          {
            title: 'last',
            value: ({ last }) => (last ? `${statusMark(last.status, output.style)} ${formatTime(last.at)}` : 'never'),
          },
        ]),
  )
}

export const testNotifier: Action<{ name: string }> = async ({ name }, context): Promise<ExitCode> => {
  const { client } = await context.connect()
  const trial = await client.notifiers.test(name)
  const { output } = context
  output.result(trial, () =>
    trial.status === 'sent'
      ? `${output.style.green('✓')} The trial message went out through ${name}.`
      : `${output.style.red('✗')} The trial message did not go out: ${trial.error ?? 'no reason was given'}`,
  )
  return trial.status === 'sent' ? EXIT.ok : EXIT.failed
}

type HistoryInput = { notifier: string | undefined; limit: number }

export const listNotifications: Action<HistoryInput> = async ({ notifier, limit }, context) => {
  const { client } = await context.connect()
  const page = await client.notifiers.notifications({ limit, ...(notifier !== undefined && { notifier }) })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'Nothing was told to anybody yet.'
      : output.table(page.items, [
          { title: 'at', value: (each: Notification) => formatTime(each.at) },
          { title: 'notifier', value: (each) => each.notifier },
          { title: 'status', value: (each) => statusMark(each.status, output.style) },
          { title: 'what', value: (each) => each.title, shrinks: true },
          { title: 'error', value: (each) => each.error ?? '', shrinks: true },
        ]),
  )
}

export const removeNotifier: Action<{ name: string }> = async ({ name }, context) => {
  const { client } = await context.connect()
  await client.notifiers.remove(name)
  context.output.result({ name }, () => `${context.output.style.green('✓')} ${name} is removed.`)
}
