import type { Clock, RegiaError, Row, Signature } from '@regia/core'
import type { WireReply, WireRequest } from '../../http/wire-message.ts'
import { readScoring } from './read-scoring.ts'
import { type ScoringAnswer, scoringReply } from './scoring-reply.ts'

/** The endpoint as this protocol sees it. */
export type ScoredEndpoint = {
  readonly spec: { readonly name: string }
  readonly stable: { readonly signature: Signature } | undefined
  /** What is asked of a version: its inputs, and the column that names an entity where the endpoint has one. */
  readonly askedSignature?: (signature: Signature) => Signature
}

export type ParsedScoring = {
  readonly rows: readonly Row[]
  readonly at: number
  readonly reply: (answer: ScoringAnswer) => WireReply
}

export type ScoringOptions = {
  readonly toRegiaError: (error: unknown) => RegiaError
  readonly statusOf: (error: RegiaError) => number
  readonly notReady: (name: string) => RegiaError
}

/** MLflow's scoring protocol: `POST …/invocations`. */
export const scoringProtocol = ({ toRegiaError, statusOf, notReady }: ScoringOptions) => ({
  path: /^(?:\/api\/v1)?\/endpoints\/([a-zA-Z0-9._-]+)\/invocations$/,
  isPlain: () => true,
  packsReplies: false,
  parse: (request: WireRequest, endpoint: ScoredEndpoint, clock: Clock): ParsedScoring => {
    const { spec, stable } = endpoint
    if (!stable) throw notReady(spec.name)
    const signature = endpoint.askedSignature?.(stable.signature) ?? stable.signature
    return { rows: readScoring(request, signature), at: clock(), reply: scoringReply }
  },
  errorBody: (error: unknown) => {
    const known = toRegiaError(error)
    return { status: statusOf(known), body: JSON.stringify(scoringError(known)) }
  },
})

/** As clients of MLflow read errors. */
export const scoringError = ({ code, message, where, hint }: RegiaError): object => ({
  error_code: code === 'INTERNAL' ? 'INTERNAL_ERROR' : code === 'NOT_FOUND' ? 'RESOURCE_DOES_NOT_EXIST' : 'BAD_REQUEST',
  message: [message, where && `(${where})`, hint].filter((part) => part !== undefined && part !== '').join(' '),
})
