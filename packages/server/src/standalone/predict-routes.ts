import type { IncomingHttpHeaders } from 'node:http'
import type { Clock, Row, Signature } from '@regia/core'
import type { WireReply, WireRequest } from '../http/wire-message.ts'
import { scoringProtocol } from '../protocols/mlflow-scoring/scoring-protocol.ts'
import { inferProtocol } from '../protocols/open-inference/index.ts'
import type { Answer } from '../serving/gateway/answer.ts'
import { parseEventTime } from '../serving/gateway/event-time.ts'
import { plainProtocol } from '../serving/gateway/plain-protocol.ts'
import { errorBody, statusOf, toKnownError } from './error-reply.ts'
import type { ExchangeOptions } from './exchange.ts'
import type { ServedModel } from './served-model.ts'

type ParsedCall = {
  readonly rows: readonly Row[]
  /** The JSON of its only row, as it came. */
  readonly rowText?: string | undefined
  readonly at: number
  /** Within which the request wants to be begun. */
  readonly timeoutMs?: number
  readonly reply: (answer: Answer) => WireReply
}

/** A way to ask for predictions: how a request is read, and how an answer or an error is written. */
export type ServedProtocol = {
  readonly parse: (request: WireRequest, served: ServedModel, clock: Clock) => ParsedCall
  /** Whether the short way takes a request with these headers; a packed body is for the long one. */
  readonly isPlain: (headers: IncomingHttpHeaders) => boolean
  readonly errorBody: (error: unknown) => string
  /** Whether its replies leave packed where the reader accepts it and they are long. */
  readonly packsReplies: boolean
}

type Options = Pick<ExchangeOptions, 'name' | 'version'>

/** The paths that predict, each with its protocol. */
export function predictRoutes(options: Options): ReadonlyMap<string, ServedProtocol> {
  const { name, version } = options
  const [plain, inference, scoring] = protocolsOf(options)
  return new Map([
    ['/predict', plain],
    [`/api/v1/endpoints/${name}/predict`, plain],
    [`/v2/models/${name}/infer`, inference],
    [`/v2/models/${name}/versions/${version}/infer`, inference],
    ['/invocations', scoring],
    [`/endpoints/${name}/invocations`, scoring],
    [`/api/v1/endpoints/${name}/invocations`, scoring],
  ])
}

function protocolsOf({ name, version }: Options): readonly [ServedProtocol, ServedProtocol, ServedProtocol] {
  const known = { toRegiaError: toKnownError, statusOf, notReady: unreachable }
  const spec = { name, stable: `${name}@${version}` }
  const asked = (signature: Signature): Signature => signature
  const serve = (protocol: AskedProtocol): ServedProtocol => ({
    packsReplies: protocol.packsReplies,
    isPlain: protocol.isPlain,
    parse: (request, { deployment }, clock) =>
      protocol.parse(request, { spec, stable: deployment, askedSignature: asked }, clock),
    errorBody: (error) => protocol.errorBody(error).body,
  })
  return [
    serve(plainProtocol((error) => ({ status: statusOf(toKnownError(error)), body: errorBody(error) }))),
    serve(inferProtocol({ ...known, readEventTime: parseEventTime })),
    serve(scoringProtocol(known)),
  ]
}

/** The one model, as every protocol sees an endpoint. */
type AskedEndpoint = {
  readonly spec: { readonly name: string; readonly stable: string }
  readonly stable: ServedModel['deployment']
  readonly askedSignature: (signature: Signature) => Signature
}

type AskedProtocol = Pick<ServedProtocol, 'packsReplies' | 'isPlain'> & {
  readonly parse: (request: WireRequest, endpoint: AskedEndpoint, clock: Clock) => ParsedCall
  readonly errorBody: (error: unknown) => { readonly body: string }
}

const unreachable = (): never => {
  throw new Error('unreachable: a protocol is asked once the model is loaded')
}
