import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '@regia/core'
import { packReply, replyHeaders, type WireReply, type WireRequest } from '../../http/wire-message.ts'
import type { Answer, PredictCall } from './answer.ts'
import type { EndpointGateway } from './endpoint-gateway.ts'

/** What a protocol reads from a request … */
export type ParsedCall = Pick<PredictCall, 'rows' | 'at'> & { readonly reply: (answer: Answer) => WireReply }

/** … and how it is recognised and answers. */
export type PredictProtocol = {
  /** Matches the path; its first group is the endpoint. */
  readonly path: RegExp
  /** Whether the short way takes a request with these headers; a packed body is for the long one. */
  readonly isPlain: (headers: IncomingHttpHeaders) => boolean
  /** Whether its replies leave packed where the reader accepts it and they are long. */
  readonly packsReplies: boolean
  readonly parse: (request: WireRequest, endpoint: EndpointGateway, clock: Clock) => ParsedCall
  readonly errorBody: (error: unknown) => { readonly status: number; readonly body: string }
}

export type FastLaneOptions = {
  readonly protocols: readonly PredictProtocol[]
  readonly find: (endpoint: string) => EndpointGateway | undefined
  readonly clock: Clock
  readonly maxBodyBytes: number
  /** Whether the sender may speak to the server, by its headers alone. What is not plainly allowed takes the long way, which says why. */
  readonly isAllowed: (request: IncomingMessage) => boolean
}

/**
 * A short way for predictions past the framework, which would cost as much as the prediction itself.
 *
 * @returns Takes a request if it is a plain one, and says whether it did; every other goes the long way, to the same gateway.
 */
export function createFastLane(options: FastLaneOptions): (request: IncomingMessage, reply: ServerResponse) => boolean {
  return (request, reply) => {
    if (request.method !== 'POST') return false
    const url = request.url ?? ''
    for (const protocol of options.protocols) {
      const name = protocol.path.exec(url)?.[1]
      const endpoint = name === undefined ? undefined : options.find(name)
      if (!endpoint) continue
      if (!protocol.isPlain(request.headers) || !isPlain(request, options)) return false
      const { headers } = request
      readBody(request, (body) => answer(endpoint, protocol, { headers, body }, options.clock, reply))
      return true
    }
    return false
  }
}

function isPlain(request: IncomingMessage, { maxBodyBytes, isAllowed }: FastLaneOptions): boolean {
  const { headers } = request
  const length = Number(headers['content-length'])
  return (
    length > 0 &&
    length <= maxBodyBytes &&
    headers['content-encoding'] === undefined &&
    headers.expect === undefined &&
    isAllowed(request)
  )
}

function readBody(request: IncomingMessage, onBody: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => onBody(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
}

function answer(
  endpoint: EndpointGateway,
  protocol: PredictProtocol,
  request: WireRequest,
  clock: Clock,
  reply: ServerResponse,
): void {
  const receivedAt = performance.now()
  const fail = (error: unknown): void => {
    endpoint.countError(receivedAt)
    const failed = protocol.errorBody(error)
    send(reply, failed.status, failed)
  }
  try {
    const { rows, at, reply: format } = protocol.parse(request, endpoint, clock)
    const accepted = protocol.packsReplies ? request.headers['accept-encoding'] : undefined
    endpoint.predict({ rows, at, receivedAt, done: (result) => sendPacked(reply, accepted, format(result)), fail })
  } catch (error) {
    fail(error)
  }
}

function sendPacked(reply: ServerResponse, accepted: string | undefined, message: WireReply): void {
  if (accepted === undefined) send(reply, 200, message)
  else void packReply(message, accepted).then((packed) => send(reply, 200, packed))
}

function send(reply: ServerResponse, status: number, message: WireReply): void {
  reply.writeHead(status, { ...replyHeaders(message), 'x-content-type-options': 'nosniff' })
  reply.end(message.body)
}
