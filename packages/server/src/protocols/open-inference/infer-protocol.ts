import type { Clock, RegiaError, Signature } from '@regia/core'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import { decodeInfer, type InferRequest, type ReadEventTime } from './decode-infer.ts'
import { encodeRest } from './encode-rest.ts'
import type { InferAnswer } from './outputs.ts'
import { readRest } from './read-rest.ts'
import { selectOutputs } from './select-outputs.ts'

/** The endpoint as this protocol sees it. */
export type InferEndpoint = {
  readonly spec: { readonly name: string; readonly stable: string }
  readonly stable: { readonly version: number; readonly signature: Signature } | undefined
}

export type ParsedInfer = Pick<InferRequest, 'rows' | 'at'> & {
  /** Within which the request wants to be begun. */
  readonly timeoutMs?: number
  readonly reply: (answer: InferAnswer) => WireReply
}

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
  parse: (request: WireRequest, { spec, stable }: InferEndpoint, clock: Clock): ParsedInfer => {
    if (!stable) throw notReady(spec.name)
    const { signature } = stable
    const message = readRest(request, signature)
    const { rows, at, id } = decodeInfer(message, signature, clock, readEventTime)
    const outputs = selectOutputs(signature, message.outputs, message.parameters)
    // The schedule policy extension counts in microseconds; 0 is its word for no limit.
    const { timeout } = message.parameters
    const timeoutMs = typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : undefined
    const reply = (answer: InferAnswer) => encodeRest(spec.name, answer, id, outputs)
    return { rows, at, reply, ...(timeoutMs !== undefined && { timeoutMs }) }
  },
  errorBody: (error: unknown) => {
    const known = toRegiaError(error)
    return { status: statusOf(known), body: JSON.stringify({ error: errorText(known) }) }
  },
})

/** The protocol has one field for errors: what, where and what to do stand in it one after the other. */
export const errorText = ({ message, where, hint }: RegiaError): string =>
  [message, where && `(${where})`, hint].filter((part) => part !== undefined && part !== '').join(' ')
