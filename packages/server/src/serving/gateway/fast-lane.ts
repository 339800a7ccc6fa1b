import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '@regia/core'
import { retryAfter } from '../../http/retry-after.ts'
import type { AnswerBody, Lane } from '../../http/short-requests.ts'
import { packReply, type RequestHead, type WireReply, type WireRequest } from '../../http/wire-message.ts'
import type { Answer, PredictCall } from './answer.ts'
import { isClientGone, readDeadline } from './deadline.ts'
import type { EndpointGateway } from './endpoint-gateway.ts'
import { wantedVersion } from './wanted-version.ts'

/** What a protocol reads from a request … */
export type ParsedCall = Pick<PredictCall, 'rows' | 'rowText' | 'at' | 'version'> & {
  /** Within which the request wants to be begun, where its protocol has a word for that. */
  readonly timeoutMs?: number
  readonly reply: (answer: Answer) => WireReply
}

/** What a protocol answers where there is no prediction. */
export type ErrorAnswer = {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** … and how it is recognised and answers. */
export type PredictProtocol = {
  /** Matches the path; its first group is the endpoint. */
  readonly path: RegExp
  /** Whether the short way takes a request with these headers; a packed body is for the long one. */
  readonly isPlain: (headers: IncomingHttpHeaders) => boolean
  /** Whether its replies leave packed where the reader accepts it and they are long. */
  readonly packsReplies: boolean
  readonly parse: (request: WireRequest, endpoint: EndpointGateway, clock: Clock) => ParsedCall
  readonly errorBody: (error: unknown) => ErrorAnswer
}

export type FastLaneOptions = {
  readonly protocols: readonly PredictProtocol[]
  readonly find: (endpoint: string) => EndpointGateway | undefined
  readonly clock: Clock
  /** Whether the sender may speak to the server, by its headers alone. What is not plainly allowed takes the long way, which says why. */
  readonly isAllowed: (head: RequestHead) => boolean
}

/**
 * A short way for predictions past the framework, which would cost as much as the prediction itself.
 *
 * @returns Takes a request if it is a plain one; every other goes the long way, to the same gateway.
 */
export function createFastLane(options: FastLaneOptions): Lane {
  return (head) => {
    if (head.method !== 'POST') return undefined
    const url = head.url ?? ''
    for (const protocol of options.protocols) {
      const name = protocol.path.exec(url)?.[1]
      const endpoint = name === undefined ? undefined : options.find(name)
      if (!endpoint) continue
      return protocol.isPlain(head.headers) && options.isAllowed(head)
        ? answerWith(endpoint, protocol, head.headers, options.clock)
        : undefined
    }
    return undefined
  }
}

const answerWith =
  (endpoint: EndpointGateway, protocol: PredictProtocol, headers: IncomingHttpHeaders, clock: Clock): AnswerBody =>
  (body, send, isGone) => {
    const receivedAt = performance.now()
    const fail = (error: unknown): void => {
      if (!isClientGone(error)) endpoint.countError(receivedAt)
      const { status, body: text, headers: more } = protocol.errorBody(error)
      send(status, { body: text, headers: { ...retryAfter(error), ...more } })
    }
    try {
      const {
        rows,
        rowText,
        at,
        timeoutMs,
        version = wantedVersion(headers),
        reply,
      } = protocol.parse({ headers, body }, endpoint, clock)
      const deadlineAt = readDeadline(headers, receivedAt, timeoutMs)
      const accepted = protocol.packsReplies ? headers['accept-encoding'] : undefined
      const done = (answer: Answer): void => {
        const message = reply(answer)
        if (accepted === undefined) send(200, message)
        else void packReply(message, accepted).then((packed) => send(200, packed))
      }
      endpoint.predict({ rows, rowText, at, receivedAt, deadlineAt, version, isGone, done, fail })
    } catch (error) {
      fail(error)
    }
  }
