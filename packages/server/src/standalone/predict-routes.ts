import type { Clock, Row } from '@regia/core'
import { parseJson, type WireReply, type WireRequest } from '../http/wire-message.ts'
import { inferProtocol } from '../protocols/open-inference/index.ts'
import type { Answer } from '../serving/gateway/answer.ts'
import { parseEventTime } from '../serving/gateway/event-time.ts'
import { plainReply } from '../serving/gateway/plain-reply.ts'
import { parsePlainRequest } from '../serving/gateway/plain-request.ts'
import { errorBody, statusOf, toKnownError } from './error-reply.ts'
import type { ExchangeOptions } from './exchange.ts'
import type { ServedModel } from './served-model.ts'

type ParsedCall = {
  readonly rows: readonly Row[]
  readonly at: number
  /** Within which the request wants to be begun. */
  readonly timeoutMs?: number
  readonly reply: (answer: Answer) => WireReply
}

/** A way to ask for predictions: how a request is read, and how an answer or an error is written. */
export type ServedProtocol = {
  readonly parse: (request: WireRequest, served: ServedModel, clock: Clock) => ParsedCall
  readonly errorBody: (error: unknown) => string
}

type Options = Pick<ExchangeOptions, 'name' | 'version'>

/** The paths that predict, each with its protocol. */
export function predictRoutes(options: Options): ReadonlyMap<string, ServedProtocol> {
  const { name, version } = options
  const inference = openInference(options)
  return new Map([
    ['/predict', plain(options)],
    [`/api/v1/endpoints/${name}/predict`, plain(options)],
    [`/v2/models/${name}/infer`, inference],
    [`/v2/models/${name}/versions/${version}/infer`, inference],
  ])
}

const plain = ({ name }: Options): ServedProtocol => ({
  parse: ({ body }, _, clock) => ({
    ...parsePlainRequest(parseJson(body), clock),
    reply: (answer) => ({ body: plainReply(name, answer) }),
  }),
  errorBody,
})

function openInference({ name, version }: Options): ServedProtocol {
  const protocol = inferProtocol({
    readEventTime: parseEventTime,
    toRegiaError: toKnownError,
    statusOf,
    notReady: unreachable,
  })
  const spec = { name, stable: `${name}@${version}` }
  return {
    parse: (request, { deployment }, clock) => protocol.parse(request, { spec, stable: deployment }, clock),
    errorBody: (error) => protocol.errorBody(error).body,
  }
}

const unreachable = (): never => {
  throw new Error('unreachable: a protocol is asked once the model is loaded')
}
