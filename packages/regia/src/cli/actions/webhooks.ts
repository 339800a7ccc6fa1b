import {
  REGISTRY_EVENTS,
  RegiaError,
  WEBHOOK_EVENTS,
  type Webhook,
  type WebhookChange,
  type WebhookDelivery,
  type WebhookEvent,
} from '@regia/core'
import type { Action } from '../command.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { formatTime } from './format.ts'
import { oneOf } from './one-of.ts'
import { type SecretInput, secretOf } from './secret-of.ts'
import { statusMark } from './status-mark.ts'

export const listWebhooks: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const page = await client.webhooks.list({ limit: 1000 })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No webhooks yet. Make one with "regia webhooks create NAME URL".'
      : output.table(page.items, [
          { title: 'webhook', value: (each: Webhook) => each.name },
          { title: 'status', value: (each) => each.status },
          { title: 'tells of', value: (each) => each.events.join(', '), shrinks: true },
          { title: 'url', value: (each) => each.url, shrinks: true },
          { title: 'signed', value: (each) => (each.isSigned ? 'yes' : 'no') },
          {
            title: 'last',
            value: ({ last }) => (last ? `${statusMark(last.status, output.style)} ${formatTime(last.at)}` : 'never'),
          },
          { title: 'id', value: (each) => each.id },
        ]),
  )
}

type CreateInput = SecretInput & {
  name: string
  url: string
  event: readonly string[]
  description: string | undefined
  disabled: boolean
}

export const createWebhook: Action<CreateInput> = async (input, context) => {
  const { name, url, event, description, disabled } = input
  const secret = secretOf(input)
  const { client } = await context.connect()
  const made = await client.webhooks.create({
    name,
    url,
    events: event.length > 0 ? eventsOf(event) : MODEL_EVENTS,
    ...(description !== undefined && { description }),
    ...(secret && { secret }),
    ...(disabled && { status: 'disabled' }),
  })
  const { output } = context
  output.result(made, () => `${output.style.green('✓')} ${name} is told of ${made.events.join(', ')}.`)
}

/** What is asked for where nothing is named: everything about models, nothing about prompts. */
const MODEL_EVENTS = REGISTRY_EVENTS.filter((event) => !event.startsWith('prompt'))

type UpdateInput = SecretInput & {
  webhook: string
  url: string | undefined
  event: readonly string[]
  description: string | undefined
  enable: boolean
  disable: boolean
}

export const updateWebhook: Action<UpdateInput> = async (input, context) => {
  const { webhook, url, event, description, enable, disable } = input
  if (enable && disable) {
    throw new RegiaError('INVALID_INPUT', 'A webhook is either enabled or disabled.', {
      where: '--enable, --disable',
      hint: 'Give one of the two.',
    })
  }
  const secret = secretOf(input)
  const change: WebhookChange = {
    ...(url !== undefined && { url }),
    ...(event.length > 0 && { events: eventsOf(event) }),
    ...(description !== undefined && { description }),
    ...(secret && { secret }),
    ...(enable && { status: 'active' }),
    ...(disable && { status: 'disabled' }),
  }
  const { client } = await context.connect()
  const changed = await client.webhooks.update(webhook, change)
  const { output } = context
  output.result(changed, () => `${output.style.green('✓')} ${changed.name} is ${changed.status}.`)
}

export const testWebhook: Action<{ webhook: string; event: string | undefined }> = async (
  { webhook, event },
  context,
): Promise<ExitCode> => {
  const chosen = event === undefined ? {} : { event: oneOf('--event', WEBHOOK_EVENTS, event) }
  const { client } = await context.connect()
  const trial = await client.webhooks.test(webhook, chosen)
  const { output } = context
  output.result(trial, () =>
    trial.isDelivered
      ? `${output.style.green('✓')} The trial message arrived: it answered ${trial.responseStatus}.`
      : `${output.style.red('✗')} The trial message did not arrive. ${trial.error ?? ''}`,
  )
  return trial.isDelivered ? EXIT.ok : EXIT.failed
}

export const listDeliveries: Action<{ webhook: string; limit: number }> = async ({ webhook, limit }, context) => {
  const { client } = await context.connect()
  const page = await client.webhooks.deliveries(webhook, { limit })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'It was told nothing yet.'
      : output.table(page.items, [
          { title: 'at', value: (each: WebhookDelivery) => formatTime(each.at) },
          { title: 'event', value: (each) => each.event },
          { title: 'status', value: (each) => statusMark(each.status, output.style) },
          { title: 'attempts', value: (each) => String(each.attempts) },
          { title: 'answer', value: (each) => (each.responseStatus === undefined ? '' : String(each.responseStatus)) },
          { title: 'error', value: (each) => each.error ?? '', shrinks: true },
          { title: 'id', value: (each) => each.id },
        ]),
  )
}

export const removeWebhook: Action<{ webhook: string }> = async ({ webhook }, context) => {
  const { client } = await context.connect()
  await client.webhooks.delete(webhook)
  context.output.result({ webhook }, () => `${context.output.style.green('✓')} ${webhook} is removed.`)
}

const eventsOf = (texts: readonly string[]): WebhookEvent[] =>
  texts.map((text) => oneOf('--event', WEBHOOK_EVENTS, text))
