import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Clock, RegiaError } from '@regia/core'
import { packReply, replyHeaders, type WireReply } from '../http/wire-message.ts'
import { isClientGone, readDeadline } from '../serving/gateway/deadline.ts'
import { assertToken } from './access.ts'
import { type ErrorReply, type ToError, toErrorReply } from './error-reply.ts'
import type { ModelServerLimits } from './limits.ts'
import { errorFields, type WriteEvent } from './log-line.ts'
import { predictRoutes, type ServedProtocol } from './predict-routes.ts'
import { readBody } from './read-body.ts'
import { type Reading, readingsOf } from './readings.ts'
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
  /** The version of Regia. */
  readonly regia: string
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
  const findReading = readingsOf(options)
  const fault: ToError = (error) => {
    if (!(error instanceof RegiaError)) onEvent('error', 'failed', errorFields(error))
    return toErrorReply(error)
  }
  return (request, response) => {
    state.underWay++
    response.once('close', () => state.underWay--)
    const exchange: Exchange = { request, response, state }
    const path = (request.url ?? '').split('?', 1)[0]!
    try {
      const route = request.method === 'POST' ? routes.get(path) : undefined
      const reading = isReading(request) ? findReading(path) : undefined
      if (!reading?.isOpen) assertToken(request.headers, token)
      if (route) void predict(options, route, exchange, fault)
      else if (reading) tell(exchange, reading)
      else throw unknownPath(request.method, path, options.name)
    } catch (error) {
      // What is left of a body is read and dropped: the connection would be reset under its sender otherwise.
      request.resume()
      send(exchange, fault(error))
    }
  }
}

type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly state: ServerState
}

const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD'

async function predict(options: ExchangeOptions, protocol: ServedProtocol, exchange: Exchange, fault: ToError) {
  const { request, response, state } = exchange
  const { served } = state
  const { headers } = request
  const receivedAt = performance.now()
  const fail = (error: unknown): void => {
    if (!isClientGone(error)) served?.countError(receivedAt)
    const { status, message } = fault(error)
    send(exchange, { status, message: { ...message, body: protocol.errorBody(error) } })
  }
  try {
    if (!served) throw notReady()
    const body = await readAdmitted(request, options)
    const { rows, at, timeoutMs, reply } = protocol.parse({ headers, body }, served, options.clock)
    if (rows.length > options.limits.maxRows) throw tooManyRows(rows.length, options.limits.maxRows)
    served.predict({
      ...{ rows, at, receivedAt, fail },
      deadlineAt: readDeadline(headers, receivedAt, timeoutMs),
      isGone: () => response.destroyed,
      done: (answer) => void sendAnswer(exchange, reply(answer), protocol.packsReplies),
    })
  } catch (error) {
    request.resume()
    fail(error)
  }
}

function readAdmitted(request: IncomingMessage, { state, limits }: ExchangeOptions): Promise<Buffer> {
  if (state.underWay > limits.maxUnderWay) throw tooMany(limits.maxUnderWay)
  return readBody(request, limits.maxBodyBytes)
}

function tell(exchange: Exchange, reading: Reading): void {
  exchange.request.resume()
  const { status, body, contentType } = reading.answer()
  const headers = contentType === undefined ? {} : { 'content-type': contentType }
  send(exchange, { status, message: { body, headers } })
}

function send({ request, response, state }: Exchange, { status, message }: ErrorReply): void {
  if (response.destroyed) return
  response.writeHead(status, {
    ...replyHeaders(message),
    'x-content-type-options': 'nosniff',
    // So that a client opens its next connection elsewhere.
    ...(state.phase === 'draining' && { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : message.body)
}

async function sendAnswer(exchange: Exchange, message: WireReply, isPacked: boolean): Promise<void> {
  const accepted = isPacked ? exchange.request.headers['accept-encoding'] : undefined
  send(exchange, { status: 200, message: accepted === undefined ? message : await packReply(message, accepted) })
}

const notReady = (): RegiaError =>
  new RegiaError('ENDPOINT_NOT_READY', 'The model is still being loaded.', {
    hint: 'Ask again in a moment; GET /v2/health/ready says when it answers.',
    data: { retryAfterSeconds: 1 },
  })

const tooMany = (limit: number): RegiaError =>
  new RegiaError('TOO_MANY_REQUESTS', `There are ${limit} requests under way, which is all that this server takes.`, {
    hint: 'Wait a second and send it again, or run more servers.',
    data: { retryAfterSeconds: 1 },
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
