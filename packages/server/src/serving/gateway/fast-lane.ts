import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Clock, RegiaError } from '@regia/core'
import type { Answer, PredictCall } from './answer.ts'
import type { EndpointGateway } from './endpoint-gateway.ts'

/** What a protocol reads from a request's JSON … */
export type ParsedCall = Pick<PredictCall, 'rows' | 'at'> & { readonly reply: (answer: Answer) => string }

/** … and how it is recognised and answers. */
export type PredictProtocol = {
  /** Matches the path; its first group is the endpoint. */
  readonly path: RegExp
  readonly parse: (body: unknown, endpoint: EndpointGateway, clock: Clock) => ParsedCall
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
      if (!isPlain(request, options)) return false
      readBody(request, (body) => answer(endpoint, protocol, body, options.clock, reply))
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
    (headers['content-type'] ?? '').startsWith('application/json') &&
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
  body: Buffer,
  clock: Clock,
  reply: ServerResponse,
): void {
  const receivedAt = performance.now()
  const fail = (error: unknown): void => {
    endpoint.countError(receivedAt)
    const failed = protocol.errorBody(error)
    send(reply, failed.status, failed.body)
  }
  try {
    const { rows, at, reply: format } = protocol.parse(parseJson(body), endpoint, clock)
    endpoint.predict({ rows, at, receivedAt, done: (result) => send(reply, 200, format(result)), fail })
  } catch (error) {
    fail(error)
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new RegiaError('INVALID_INPUT', 'The request body is not JSON.', {
      cause,
      where: 'body',
      hint: 'Send one complete JSON value in UTF-8. NaN and Infinity are not JSON; send null for a missing value.',
    })
  }
}

function send(reply: ServerResponse, status: number, body: string): void {
  reply.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
  })
  reply.end(body)
}
