import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Clock, RegiaError } from '@regia/core'
import { packBody, replyCoding } from '../http/packed-body.ts'
import { replyHeaders, type WireReply } from '../http/wire-message.ts'
import type { Answer } from '../serving/gateway/answer.ts'
import { assertToken } from './access.ts'
import { errorHeaders, type ToError, toErrorReply } from './error-reply.ts'
import type { ModelServerLimits } from './limits.ts'
import { errorFields, type WriteEvent } from './log-line.ts'
import { type PredictRoute, predictRoutes } from './predict-routes.ts'
import { readBody } from './read-body.ts'
import { findReading, type Reading } from './readings.ts'
import type { ServedModel } from './served-model.ts'

export type ServerState = {
  phase: 'loading' | 'ready' | 'draining'
  /** Absent while it loads. */
  served: ServedModel | undefined
  /** Requests that are being answered. */
  underWay: number
}

export type ExchangeOptions = {
  readonly name: string
  readonly version: number
  readonly state: ServerState
  readonly limits: ModelServerLimits
  readonly token: string | undefined
  readonly clock: Clock
  readonly onEvent: WriteEvent
}

/** How requests become answers: `POST` predicts, `GET` tells. */
export function createExchange(options: ExchangeOptions): RequestListener {
  const { state, token, onEvent } = options
  const routes = predictRoutes(options)
  const fault: ToError = (error) => {
    if (!(error instanceof RegiaError)) onEvent('error', 'failed', errorFields(error))
    return toErrorReply(error)
  }
  return (request, response) => {
    state.underWay++
    response.once('close', () => state.underWay--)
    const path = (request.url ?? '').split('?', 1)[0]!
    const route = request.method === 'POST' ? routes.find(({ matches }) => matches(path)) : undefined
    const reading = request.method === 'GET' || request.method === 'HEAD' ? findReading(options, path) : undefined
    try {
      if (!reading?.isOpen) assertToken(request.headers, token)
      if (route) return void predict(options, route, request, response, fault)
      if (!reading) throw unknownPath(request.method, path, options.name)
      return read(reading, request, response, state)
    } catch (error) {
      // What is left of a body is read and dropped: the connection would be reset under its sender otherwise.
      request.resume()
      send(request, response, state, fault(error))
    }
  }
}

type Reply = { readonly status: number; readonly message: WireReply }

async function predict(
  { state, limits, clock }: ExchangeOptions,
  { protocol }: PredictRoute,
  request: IncomingMessage,
  response: ServerResponse,
  fault: ToError,
): Promise<void> {
  const { served } = state
  const receivedAt = performance.now()
  const fail = (error: unknown): void => {
    served?.countError(receivedAt)
    const { status } = fault(error)
    send(request, response, state, {
      status,
      message: { body: protocol.errorBody(error), headers: errorHeaders(status) },
    })
  }
  try {
    if (!served) throw notReady()
    if (state.underWay > limits.maxUnderWay) throw tooMany(limits.maxUnderWay)
    const body = await readBody(request, limits.maxBodyBytes)
    const { rows, at, reply } = protocol.parse({ headers: request.headers, body }, served, clock)
    if (rows.length > limits.maxRows) throw tooManyRows(rows.length, limits.maxRows)
    const done = (answer: Answer) => void sendPacked(request, response, state, reply(answer))
    served.predict({ rows, at, receivedAt, done, fail })
  } catch (error) {
    request.resume()
    fail(error)
  }
}

function read(reading: Reading, request: IncomingMessage, response: ServerResponse, state: ServerState): void {
  request.resume()
  const { status, body, contentType } = reading.answer()
  send(request, response, state, {
    status,
    message: { body, ...(contentType !== undefined && { headers: { 'content-type': contentType } }) },
  })
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  state: ServerState,
  { status, message }: Reply,
): void {
  if (response.destroyed) return
  response.writeHead(status, {
    ...replyHeaders(message),
    'x-content-type-options': 'nosniff',
    // So that a client opens its next connection elsewhere.
    ...(state.phase === 'draining' && { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : message.body)
}

async function sendPacked(
  request: IncomingMessage,
  response: ServerResponse,
  state: ServerState,
  message: WireReply,
): Promise<void> {
  const size = typeof message.body === 'string' ? Buffer.byteLength(message.body) : message.body.byteLength
  const coding = replyCoding(request.headers['accept-encoding'], size)
  const packed = coding && {
    body: await packBody(message.body, coding),
    headers: { ...message.headers, 'content-encoding': coding, vary: 'accept-encoding' },
  }
  send(request, response, state, { status: 200, message: packed ?? message })
}

const notReady = (): RegiaError =>
  new RegiaError('ENDPOINT_NOT_READY', 'The model is still being loaded.', {
    hint: 'Ask again in a moment; GET /v2/health/ready says when it answers.',
  })

const tooMany = (limit: number): RegiaError =>
  new RegiaError('TOO_MANY_REQUESTS', `There are ${limit} requests under way, which is all that this server takes.`, {
    hint: 'Wait a second and send it again, or run more servers.',
  })

const tooManyRows = (count: number, limit: number): RegiaError =>
  new RegiaError('PAYLOAD_TOO_LARGE', `The request has ${count} rows; this server takes ${limit}.`, {
    where: 'body.rows',
    hint: 'Send them in several requests.',
  })

const unknownPath = (method: string | undefined, path: string, name: string): RegiaError =>
  new RegiaError('NOT_FOUND', `There is no ${method} ${path.slice(0, 200)}.`, {
    hint: `POST /predict or /v2/models/${name}/infer predicts; GET / tells what is here.`,
  })
