import { z } from 'zod'
import { nameSchema, secretRefSchema, timestampSchema } from '../kernel/index.ts'

export const NOTIFICATION_EVENTS = [
  'run-failed',
  'run-recovered',
  'run-succeeded',
  'approval-wanted',
  'alert-opened',
  'schedule-failed',
  'release-decided',
] as const
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number]

const address = z.union([z.url({ protocol: /^https?$/ }), secretRefSchema])

/** Whom to tell, of what. `run-recovered` is the first success after a failure. */
export const notifierSpecSchema = z.object({
  name: nameSchema,
  events: z.array(z.enum(NOTIFICATION_EVENTS)).min(1),
  /** Only of these pipelines; of all where empty. */
  pipelines: z.array(nameSchema).default([]),
  via: z.discriminatedUnion('kind', [
    /** POSTs the notification as JSON. With a secret it is signed: `x-regia-signature: sha256=…`, the HMAC of the body. */
    z.object({ kind: z.literal('webhook'), url: address, secret: secretRefSchema.optional() }),
    /** What Slack, Mattermost and others take: `{ "text": … }`. */
    z.object({ kind: z.literal('slack'), url: address }),
    z.object({
      kind: z.literal('smtp'),
      host: z.string().min(1),
      port: z.number().int().min(1).max(65_535).default(587),
      isSecure: z.boolean().default(false),
      user: z.string().optional(),
      password: secretRefSchema.optional(),
      from: z.email(),
      to: z.array(z.email()).min(1).max(50),
    }),
    /** A kind of the project's own, from its `regia.config.ts`. */
    z.object({ kind: z.literal('custom'), type: nameSchema, settings: z.record(z.string(), z.json()).default({}) }),
  ]),
})
export type NotifierSpec = z.infer<typeof notifierSpecSchema>

export const notificationSchema = z.object({
  id: z.number().int(),
  notifier: nameSchema,
  event: z.enum(NOTIFICATION_EVENTS),
  /** One line. */
  title: z.string(),
  text: z.string(),
  /** The page that says more, from the server's address. */
  path: z.string(),
  at: timestampSchema,
  status: z.enum(['waiting', 'sent', 'failed']),
  attempts: z.number().int(),
  error: z.string().optional(),
})
export type Notification = z.infer<typeof notificationSchema>

export const notifierSchema = notifierSpecSchema.extend({ last: notificationSchema.optional() })
export type Notifier = z.infer<typeof notifierSchema>
