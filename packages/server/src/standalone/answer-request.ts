import type { IncomingHttpHeaders } from 'node:http'
import { RegiaError } from '@regia/core'
import { unpackBody } from '../http/packed-body.ts'
import { packReply } from '../http/wire-message.ts'
import { readDeadline } from '../serving/gateway/deadline.ts'
import { assertToken } from './access.ts'
import { type ErrorReply, toErrorReply } from './error-reply.ts'
import type { ExchangeOptions } from './exchange.ts'
import { errorFields } from './log-line.ts'
import { predictRoutes, type ServedProtocol } from './predict-routes.ts'
import { readingsOf } from './readings.ts'
import type { ServedModel } from './served-model.ts'

/** A request that is there as a whole. */
export type WholeRequest = {
  readonly method: string
  readonly path: string
  /** Names in small letters. */
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Answers whole requests without a socket, on the paths and by the protocols of the model server: for functions, which are called.
 * What fails becomes a reply.
 */
export function requestAnswerer(options: ExchangeOptions & { readonly served: ServedModel }) {
  const routes = predictRoutes(options)
  const findReading = readingsOf(options)
  const fault = (error: unknown, at?: string): ErrorReply => {
    if (!(error instanceof RegiaError)) options.onEvent('error', 'failed', errorFields(error))
    return toErrorReply(error, at)
  }
  return async ({ method, path, headers, body }: WholeRequest): Promise<ErrorReply> => {
    try {
      const route = method === 'POST' ? routes.get(path) : undefined
      const reading = method === 'GET' || method === 'HEAD' ? findReading(path) : undefined
      if (!reading?.isOpen) assertToken(headers, options.token)
      if (route) return await predict(options, route, { headers, body }, fault)
      if (!reading) throw unknownPath(method, path)
      const { status, body: told, contentType } = reading.answer()
      return {
        status,
        message: { body: told, headers: contentType === undefined ? {} : { 'content-type': contentType } },
      }
    } catch (error) {
      return fault(error, path)
    }
  }
}

async function predict(
  { served, limits, clock }: Parameters<typeof requestAnswerer>[0],
  protocol: ServedProtocol,
  { headers, body: packed }: Pick<WholeRequest, 'headers' | 'body'>,
  fault: (error: unknown) => ErrorReply,
): Promise<ErrorReply> {
  const receivedAt = performance.now()
  try {
    const body = await unpackBody(packed, headers['content-encoding'], limits.maxBodyBytes)
    const { rows, at, timeoutMs, reply } = protocol.parse({ headers, body }, served, clock)
    if (rows.length > limits.maxRows) throw tooManyRows(rows.length, limits.maxRows)
    const deadlineAt = readDeadline(headers, receivedAt, timeoutMs)
    const message = await new Promise<ReturnType<typeof reply>>((resolve, reject) => {
      served.predict({ rows, at, receivedAt, deadlineAt, done: (answer) => resolve(reply(answer)), fail: reject })
    })
    return {
      status: 200,
      message: protocol.packsReplies ? await packReply(message, headers['accept-encoding']) : message,
    }
  } catch (error) {
    served.countError(receivedAt)
    const { status, message } = fault(error)
    return { status, message: { ...message, body: protocol.errorBody(error) } }
  }
}

const tooManyRows = (count: number, limit: number): RegiaError =>
  new RegiaError('PAYLOAD_TOO_LARGE', `The request has ${count} rows; ${limit} are taken.`, {
    where: 'body.rows',
    hint: 'Send them in several requests.',
  })

const unknownPath = (method: string, path: string): RegiaError =>
  new RegiaError('NOT_FOUND', `There is no ${method} ${path.slice(0, 200)}.`, {
    hint: 'POST /predict predicts; GET / tells what is here.',
  })
