import type { IncomingHttpHeaders } from 'node:http'
import type { Clock, Signature } from '@regia/core'
import { csvRows } from '../../http/csv/index.ts'
import { isOfType, prefers } from '../../http/media-preference.ts'
import { parseJsonText, textOf, type WireRequest } from '../../http/wire-message.ts'
import { csvReply } from './csv-reply.ts'
import { parseEventTime } from './event-time.ts'
import type { ParsedCall, PredictProtocol } from './fast-lane.ts'
import { plainReply } from './plain-reply.ts'
import { MAX_ROWS, parsePlainRequest, soleRowText } from './plain-request.ts'

const CSV = 'text/csv'
/** The event time of rows that come without a place for it. */
const EVENT_TIME = 'x-event-time'

/** The endpoint as this protocol sees it. */
export type PlainEndpoint = {
  readonly spec: { readonly name: string }
  readonly stable: { readonly signature: Signature } | undefined
  /** What is asked of a version: its inputs, and the column that names an entity where the endpoint has one. */
  readonly askedSignature: (signature: Signature) => Signature
}

/** Plain rows in, predictions out: `POST /api/v1/endpoints/NAME/predict`, as JSON or as CSV, each way. */
export const plainProtocol = (errorBody: PredictProtocol['errorBody']) => ({
  path: /^\/api\/v1\/endpoints\/([a-zA-Z0-9._-]+)\/predict$/,
  isPlain: ({ 'content-type': type }: IncomingHttpHeaders) => isOfType(type, 'application/json') || isOfType(type, CSV),
  packsReplies: false,
  parse: (request: WireRequest, endpoint: PlainEndpoint, clock: Clock): ParsedCall => {
    const { headers, body } = request
    const read = isOfType(headers['content-type'], CSV)
      ? { rows: rowsOf(request, endpoint), at: parseEventTime(headers[EVENT_TIME], clock, `header ${EVENT_TIME}`) }
      : readJson(textOf(body), clock)
    return prefers(headers.accept, CSV, 'application/json')
      ? { ...read, reply: csvReply }
      : { ...read, reply: (answer) => ({ body: plainReply(endpoint.spec.name, answer) }) }
  },
  errorBody,
})

function readJson(text: string, clock: Clock) {
  const read = parsePlainRequest(parseJsonText(text), clock)
  return { ...read, rowText: soleRowText(text, read.rows) }
}

/** Texts become cells by the signature. Where nothing is loaded there is none, and asking says so. */
const rowsOf = ({ body }: WireRequest, endpoint: PlainEndpoint) =>
  endpoint.stable ? csvRows(body, endpoint.askedSignature(endpoint.stable.signature), { maxRows: MAX_ROWS }) : []
