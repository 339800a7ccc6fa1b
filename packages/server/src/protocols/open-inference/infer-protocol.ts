import type { Clock, RegiaError, Signature } from '@regia/core'
import { errorText } from '../../http/error-text.ts'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import type { ReadEventTime } from './decode-infer.ts'
import { encodeRest } from './encode-rest.ts'
import type { InferEndpoint } from './inference-service.ts'
import { type InferReading, type ParsedInfer, parseInfer } from './parse-infer.ts'
import { readRest } from './read-rest.ts'

export type InferProtocolOptions = {
  readonly readEventTime: ReadEventTime
  readonly toRegiaError: (error: unknown) => RegiaError
  readonly statusOf: (error: RegiaError) => number
  /** For an endpoint that has nothing loaded. */
  readonly notReady: (name: string) => RegiaError
}

/** Inference of the Open Inference Protocol: an endpoint is its model, and what serves is its version. */
export const inferProtocol = ({ readEventTime, toRegiaError, statusOf, notReady }: InferProtocolOptions) => ({
  path: /^\/v2\/models\/([a-zA-Z0-9._-]+)\/infer$/,
  /** Clients of the protocol name no content type. */
  isPlain: () => true,
  packsReplies: true,
  parse: (
    request: WireRequest,
    endpoint: Pick<InferEndpoint, 'spec' | 'stable' | 'askedSignature'>,
    clock: Clock,
  ): ParsedInfer<WireReply> => {
    const { spec, stable } = endpoint
    if (!stable) throw notReady(spec.name)
    const signature = endpoint.askedSignature?.(stable.signature) ?? stable.signature
    return parseRest(spec.name, request, signature, { clock, readEventTime })
  },
  errorBody: (error: unknown) => {
    const known = toRegiaError(error)
    return { status: statusOf(known), body: JSON.stringify({ error: errorText(known) }) }
  },
})

/** Reads the body of `POST …/infer`. @throws RegiaError `INVALID_INPUT`. */
export const parseRest = (
  model: string,
  request: WireRequest,
  signature: Signature,
  reading: InferReading,
): ParsedInfer<WireReply> =>
  parseInfer(readRest(request, signature), signature, reading, (answer, id, outputs) =>
    encodeRest(model, answer, id, outputs),
  )
