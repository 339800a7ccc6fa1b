import { z } from 'zod'
import { idSchema, secretRefSchema, timestampSchema } from '../kernel/index.ts'

/** Changes of the registry, as receivers of MLflow know them. */
export const REGISTRY_EVENTS = [
  'registered_model.created',
  'model_version.created',
  'model_version_tag.set',
  'model_version_tag.deleted',
  'model_version_alias.created',
  'model_version_alias.deleted',
  'prompt.created',
  'prompt_version.created',
  'prompt_tag.set',
  'prompt_tag.deleted',
  'prompt_version_tag.set',
  'prompt_version_tag.deleted',
  'prompt_alias.created',
  'prompt_alias.deleted',
] as const

/** What a webhook may be told of: `entity.action`, as its receivers get them. */
export const WEBHOOK_EVENTS = [...REGISTRY_EVENTS, 'scoring-job.finished'] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]
export const webhookEventSchema = z.enum(WEBHOOK_EVENTS)

export const WEBHOOK_STATUSES = ['active', 'disabled'] as const
export const WEBHOOK_DELIVERY_STATUSES = ['waiting', 'delivered', 'failed'] as const

/** As it is kept by reference, or the text itself, which is kept sealed and never given out again. */
export const webhookSecretSchema = z.union([z.string().min(1).max(1000), secretRefSchema])

/** Somebody's address that is told of changes of the registry. `disabled` ones are told of nothing. */
export const newWebhookSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i,
      'use up to 63 letters, digits, ".", "_" and "-", beginning and ending with a letter or digit',
    ),
  /** Public and `https:`; a private one or `http:` only where the server was told to allow it. */
  url: z.string().min(1).max(2000),
  events: z.array(webhookEventSchema).min(1),
  description: z.string().max(1000).optional(),
  secret: webhookSecretSchema.optional(),
  status: z.enum(WEBHOOK_STATUSES).default('active'),
})
export type NewWebhook = z.input<typeof newWebhookSchema>

/** What is not given stays; a `null` takes it away. */
export const webhookChangeSchema = newWebhookSchema
  .extend({
    description: newWebhookSchema.shape.description.unwrap().nullable(),
    secret: webhookSecretSchema.nullable(),
    status: z.enum(WEBHOOK_STATUSES),
  })
  .partial()
export type WebhookChange = z.infer<typeof webhookChangeSchema>

/** One message to one webhook. It has the same id in every attempt. */
export const webhookDeliverySchema = z.object({
  id: idSchema('delivery'),
  webhook: idSchema('webhook'),
  event: webhookEventSchema,
  at: timestampSchema,
  status: z.enum(WEBHOOK_DELIVERY_STATUSES),
  attempts: z.number().int(),
  /** Of the last attempt, where there was an answer. */
  responseStatus: z.number().int().optional(),
  error: z.string().optional(),
})
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>

export const webhookSchema = z.object({
  id: idSchema('webhook'),
  name: newWebhookSchema.shape.name,
  url: z.string(),
  events: z.array(webhookEventSchema),
  description: z.string().optional(),
  status: z.enum(WEBHOOK_STATUSES),
  isSigned: z.boolean(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  last: webhookDeliverySchema.optional(),
})
export type Webhook = z.infer<typeof webhookSchema>

/** What came of a trial message. */
export const webhookTestSchema = z.object({
  isDelivered: z.boolean(),
  responseStatus: z.number().int().optional(),
  /** The beginning of the answer. */
  responseBody: z.string().optional(),
  error: z.string().optional(),
})
export type WebhookTest = z.infer<typeof webhookTestSchema>
