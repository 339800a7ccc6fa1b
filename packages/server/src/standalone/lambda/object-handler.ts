import { RegiaError } from '@regia/core'
import type { BundleManifest } from '../bundle-manifest.ts'
import { errorFields, type WriteEvent } from '../log-line.ts'
import type { ServedModel } from '../served-model.ts'
import { type ObjectMessage, readObjectEvent } from './object-event.ts'
import { type ObjectSettings, outputOf, readObjectSettings } from './object-settings.ts'
import { S3Client, type S3Place } from './s3-client.ts'
import { scoreObject } from './score-object.ts'

type ObjectHandlerOptions = {
  readonly bundle: BundleManifest
  readonly served: ServedModel
  readonly onEvent: WriteEvent
  /** The environment of the function, read with each event: credentials of a role change while it lives. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Which messages of a queue are to come again; empty for other events. */
export type ObjectResult = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] }

/**
 * `onObject`: scores what landed in a bucket. What is wrong with an object is reported beside its result and not tried again; what may
 * work the next time fails: of a queue's messages those alone, of other events the whole, where what is done already comes out the same.
 */
export function objectHandler(options: ObjectHandlerOptions) {
  return async (event: unknown): Promise<ObjectResult> => {
    const settings = readObjectSettings(options.variables)
    const failed: { readonly message: ObjectMessage; readonly error: unknown }[] = []
    for (const message of readObjectEvent(event)) {
      const errors = await scoreMessage(message, settings, options)
      failed.push(...errors.map((error) => ({ message, error })))
    }
    const ofQueue = failed.flatMap(({ message }) => message.messageId ?? [])
    if (failed.length > ofQueue.length) throw allOf(failed.map(({ error }) => error))
    return { batchItemFailures: [...new Set(ofQueue)].map((itemIdentifier) => ({ itemIdentifier })) }
  }
}

/** The errors of a message's objects; each is tried. */
async function scoreMessage(
  message: ObjectMessage,
  settings: ObjectSettings,
  options: ObjectHandlerOptions,
): Promise<readonly unknown[]> {
  const { onEvent } = options
  const errors: unknown[] = []
  const tell = (error: unknown, place?: S3Place) => {
    errors.push(error)
    onEvent('error', 'object-failed', { ...place, ...errorFields(error) })
  }
  try {
    for (const place of message.read()) {
      await scoreOne(place, settings, options).catch((error: unknown) => tell(error, place))
    }
  } catch (error) {
    tell(error)
  }
  return errors
}

async function scoreOne(from: S3Place, settings: ObjectSettings, { bundle, served, onEvent }: ObjectHandlerOptions) {
  const to = outputOf(from, settings)
  if (!to) {
    onEvent('info', 'object-skipped', { ...from, reason: 'it does not lie under INPUT_PREFIX of INPUT_BUCKET' })
    return
  }
  const startedAt = performance.now()
  const headers = { 'x-amz-meta-model': bundle.model, 'x-amz-meta-model-version': String(bundle.version) }
  const result = await scoreObject(from, to, { client: new S3Client(settings.s3), served, headers })
  const facts = {
    ...from,
    output: `s3://${to.bucket}/${to.key}`,
    durationMs: Math.round(performance.now() - startedAt),
  }
  if (result.status === 'scored') onEvent('info', 'object-scored', { ...facts, rowCount: result.rowCount })
  else if (result.status === 'refused') onEvent('warn', 'object-refused', { ...facts, ...result.error.toBody() })
  else onEvent('info', 'object-skipped', { ...from, reason: 'it is gone' })
}

/** All that failed as one error, so that Lambda sends the event again. */
function allOf(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0]
  const messages = errors.map((error) => (error instanceof Error ? error.message : String(error)))
  return new RegiaError('UNAVAILABLE', `${errors.length} objects could not be scored: ${messages.join(' ')}`, {
    hint: 'The event is sent again; those that are done come out the same.',
  })
}
