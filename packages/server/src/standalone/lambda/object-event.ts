import { RegiaError } from '@regia/core'
import { z } from 'zod'
import type { S3Place } from './s3-client.ts'

/** A notification of a bucket. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const notificationSchema = z.object({
  Records: z.array(
    z.object({
      eventSource: z.literal('aws:s3'),
      s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
    }),
  ),
})
/** What a bucket sends when it is told to notify somebody. */
const testSchema = z.object({ Event: z.literal('s3:TestEvent') })
const bridgeSchema = z.object({
  source: z.literal('aws.s3'),
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
})
const queueSchema = z.object({
  Records: z.array(z.object({ eventSource: z.literal('aws:sqs'), messageId: z.string(), body: z.string() })).min(1),
})

/** What arrived together; a queue wants to know by its id which of its messages failed. */
export type ObjectMessage = { readonly messageId: string | undefined; readonly read: () => readonly S3Place[] }

/** Messages of an event of a bucket, of EventBridge, or of a queue with either. @throws RegiaError `INVALID_INPUT` for another event. */
export function readObjectEvent(event: unknown): readonly ObjectMessage[] {
  const queue = queueSchema.safeParse(event)
  if (!queue.success) {
    const places = placesOf(event)
    return [{ messageId: undefined, read: () => places }]
  }
  // A message that is none fails by itself, not with all the others.
  return queue.data.Records.map(({ messageId, body }) => ({ messageId, read: () => placesOf(parse(body)) }))
}

function placesOf(event: unknown): readonly S3Place[] {
  const notification = notificationSchema.safeParse(event)
  if (notification.success) {
    return notification.data.Records.map(({ s3 }) => ({ bucket: s3.bucket.name, key: decodeKey(s3.object.key) }))
  }
  const bridge = bridgeSchema.safeParse(event)
  if (bridge.success) return [{ bucket: bridge.data.detail.bucket.name, key: bridge.data.detail.object.key }]
  if (testSchema.safeParse(event).success) return []
  throw new RegiaError('INVALID_INPUT', 'This is no event of a bucket.', {
    cause: notification.error,
    where: 'event',
    hint: 'Send notifications of S3, by themselves, through EventBridge or a queue. For HTTP the handler is index.handler.',
  })
}

/** As in the query of an address, where a blank is "+". */
const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '))

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
