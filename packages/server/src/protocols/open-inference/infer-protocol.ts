import type { Clock, RegiaError, Signature } from '@regia/core'
import type { ReadEventTime } from './decode-infer.ts'
import { decodeInfer, type InferRequest } from './decode-infer.ts'
import { encodeInfer, type InferAnswer, selectOutputs } from './encode-infer.ts'

/** The endpoint as this protocol sees it. */
export type InferEndpoint = {
  readonly spec: { readonly name: string; readonly stable: string }
  readonly stable: { readonly version: number; readonly signature: Signature } | undefined
}

export type ParsedInfer = Pick<InferRequest, 'rows' | 'at'> & { readonly reply: (answer: InferAnswer) => string }

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
  parse: (body: unknown, { spec, stable }: InferEndpoint, clock: Clock): ParsedInfer => {
    if (!stable) throw notReady(spec.name)
    const { rows, at, id, outputs } = decodeInfer(body, stable.signature, clock, readEventTime)
    const selected = selectOutputs(stable.signature, outputs)
    return { rows, at, reply: (answer) => encodeInfer(spec.name, answer, id, selected) }
  },
  errorBody: (error: unknown) => {
    const known = toRegiaError(error)
    return { status: statusOf(known), body: JSON.stringify({ error: errorText(known) }) }
  },
})

/** The protocol has one field for errors: what, where and what to do stand in it one after the other. */
export const errorText = ({ message, where, hint }: RegiaError): string =>
  [message, where && `(${where})`, hint].filter((part) => part !== undefined && part !== '').join(' ')
