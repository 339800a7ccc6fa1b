import { requestAnswerer } from '../answer-request.ts'
import type { BundleManifest } from '../bundle-manifest.ts'
import type { ServerEnvironment } from '../environment.ts'
import { toErrorReply } from '../error-reply.ts'
import type { WriteEvent } from '../log-line.ts'
import type { ServedModel } from '../served-model.ts'
import { type HttpResult, readHttpEvent, toHttpResult } from './http-event.ts'

type HttpHandlerOptions = {
  readonly bundle: BundleManifest
  readonly environment: Pick<ServerEnvironment, 'limits' | 'token'>
  readonly served: ServedModel
  readonly onEvent: WriteEvent
}

/** `handler`: one HTTP request an event, answered as the model server answers it. */
export function httpHandler({ bundle, environment, served, onEvent }: HttpHandlerOptions) {
  const answer = requestAnswerer({
    name: bundle.model,
    version: bundle.version,
    regia: bundle.regia,
    state: { phase: 'ready', served, underWay: 0 },
    limits: environment.limits,
    token: environment.token,
    clock: Date.now,
    onEvent,
    served,
  })
  return async (event: unknown): Promise<HttpResult> => {
    // An event of another kind is a fault of the set-up: it fails, and is not answered.
    const request = readHttpEvent(event)
    const reply = await answer(request)
    try {
      return toHttpResult(reply)
    } catch (error) {
      return toHttpResult(toErrorReply(error))
    }
  }
}
