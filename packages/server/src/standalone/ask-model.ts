import type { IncomingHttpHeaders } from 'node:http'
import { RegiaError } from '@regia/core'
import type { WireReply } from '../http/wire-message.ts'
import { isClientGone, readDeadline } from '../serving/gateway/deadline.ts'
import type { ErrorReply, ToError } from './error-reply.ts'
import type { ExchangeOptions } from './exchange.ts'
import type { ServedProtocol } from './predict-routes.ts'
import type { ServedModel } from './served-model.ts'

/** A request that has arrived. One of `reply` and `refuse` is called, once. */
export type Asking = {
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  /** `performance.now()` when it arrived. */
  readonly receivedAt: number
  readonly isGone: () => boolean
  readonly reply: (message: WireReply) => void
  readonly refuse: (error: ErrorReply) => void
}

type AskOptions = Pick<ExchangeOptions, 'limits' | 'clock'> & { readonly fault: ToError }

/** Reads a request by its protocol, asks the model, and answers in the words of the protocol. */
export function askModel(options: AskOptions, protocol: ServedProtocol, served: ServedModel, asking: Asking): void {
  const { headers, body, receivedAt, isGone, reply } = asking
  const fail = (error: unknown): void => refuse(options, protocol, served, asking, error)
  try {
    const { timeoutMs, reply: write, ...call } = protocol.parse({ headers, body }, served, options.clock)
    if (call.rows.length > options.limits.maxRows) throw tooManyRows(call.rows.length, options.limits.maxRows)
    const deadlineAt = readDeadline(headers, receivedAt, timeoutMs)
    served.predict({ ...call, receivedAt, deadlineAt, isGone, fail, done: (answer) => reply(write(answer)) })
  } catch (error) {
    fail(error)
  }
}

/** Tells the asker what was wrong, and counts it. */
export function refuse(
  { fault }: Pick<AskOptions, 'fault'>,
  protocol: ServedProtocol,
  served: ServedModel | undefined,
  { receivedAt, refuse }: Pick<Asking, 'receivedAt' | 'refuse'>,
  error: unknown,
): void {
  if (!isClientGone(error)) served?.countError(receivedAt)
  const { status, message } = fault(error)
  refuse({ status, message: { ...message, body: protocol.errorBody(error) } })
}

const tooManyRows = (count: number, limit: number): RegiaError =>
  new RegiaError('PAYLOAD_TOO_LARGE', `The request has ${count} rows; this server takes ${limit}.`, {
    where: 'body.rows',
    hint: 'Send them in several requests.',
  })
