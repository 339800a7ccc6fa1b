import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Clock, RegiaError } from '@regia/core'
import type { Lane } from '../http/short-requests.ts'
import { packReply, replyHeaders, type WireReply } from '../http/wire-message.ts'
import { assertToken } from './access.ts'
import { askModel, refuse } from './ask-model.ts'
import { type ErrorReply, type ToError, toErrorReply } from './error-reply.ts'
import type { ModelServerLimits } from './limits.ts'
import { errorFields, type WriteEvent } from './log-line.ts'
import { predictRoutes, type ServedProtocol } from './predict-routes.ts'
import { readBody } from './read-body.ts'
import { type Reading, readingsOf } from './readings.ts'
import type { ServedModel } from './served-model.ts'
import { createShortLane } from './short-lane.ts'

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

/** How requests become answers: `POST` predicts, `GET` tells. Plain predictions may take a short way. */
export function createExchange(options: ExchangeOptions): { readonly listener: RequestListener; readonly lane: Lane } {
  const { state, limits, token, onEvent } = options
  const routes = predictRoutes(options)
  const findReading = readingsOf(options)
  const fault: ToError = (error, path) => {
    if (!(error instanceof RegiaError)) onEvent('error', 'failed', errorFields(error))
    return toErrorReply(error, path)
  }
  const listener: RequestListener = (request, response) => {
    state.underWay++
    response.once('close', () => state.underWay--)
    const exchange: Exchange = { request, response, state, limits }
    const path = (request.url ?? '').split('?', 1)[0]!
    try {
      const route = request.method === 'POST' ? routes.get(path) : undefined
      const reading = isReading(request) ? findReading(path) : undefined
      if (!reading?.isOpen) assertToken(request.headers, token)
      if (route) void predict({ ...options, fault }, route, exchange)
      else if (reading) tell(exchange, reading)
      else throw unknownPath(request.method, path, options.name)
    } catch (error) {
      // What is left of a body is read and dropped: the connection would be reset under its sender otherwise.
      request.resume()
      send(exchange, fault(error, path))
    }
  }
  return { listener, lane: createShortLane({ ...options, routes, fault }) }
}

type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly state: ServerState
  readonly limits: Pick<ModelServerLimits, 'requestMs'>
}

const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD'

type PredictOptions = ExchangeOptions & { readonly fault: ToError }

async function predict(options: PredictOptions, protocol: ServedProtocol, exchange: Exchange): Promise<void> {
  const { request, response, state } = exchange
  const { served } = state
  const { headers } = request
  const asking = {
    receivedAt: performance.now(),
    isGone: () => response.destroyed,
    reply: (message: WireReply) => void sendAnswer(exchange, message, protocol.packsReplies),
    refuse: (error: ErrorReply) => send(exchange, error),
  }
  try {
    if (!served) throw notReady()
    const body = await readAdmitted(request, options)
    askModel(options, protocol, served, { ...asking, headers, body })
  } catch (error) {
    request.resume()
    refuse(options, protocol, served, asking, error)
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

function send({ request, response, state, limits }: Exchange, { status, message }: ErrorReply): void {
  if (response.destroyed) return
  response.writeHead(status, {
    ...replyHeaders(message),
    'x-content-type-options': 'nosniff',
    // So that a client opens its next connection elsewhere.
    ...(state.phase === 'draining' && { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : message.body)
  // A client that takes nothing of it is left by Node; the end of the answer sets the time anew.
  if (!response.writableFinished) request.socket.setTimeout(limits.requestMs)
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

const unknownPath = (method: string | undefined, path: string, name: string): RegiaError =>
  new RegiaError('NOT_FOUND', `There is no ${method} ${path.slice(0, 200)}.`, {
    hint: `POST /predict or /v2/models/${name}/infer predicts; GET / tells what is here.`,
  })
