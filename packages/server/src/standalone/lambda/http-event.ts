import { RegiaError } from '@regia/core'
import { z } from 'zod'
import type { WholeRequest } from '../answer-request.ts'
import type { ErrorReply } from '../error-reply.ts'

/** What of a request of API Gateway (payload format 2.0) or a function URL is read. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const httpEventSchema = z.object({
  version: z.literal('2.0'),
  rawPath: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  requestContext: z.object({ stage: z.string().default('$default'), http: z.object({ method: z.string() }) }),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
})

export type HttpResult = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** Lambda takes no larger answer: 6 MB, with what JSON adds. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ANSWER_BYTES = 6 * 2 ** 20

/** @throws RegiaError `INVALID_INPUT` for an event of another kind. */
export function readHttpEvent(event: unknown): WholeRequest {
  const parsed = httpEventSchema.safeParse(event)
  if (!parsed.success) throw notHttp(parsed.error)
  const { rawPath, headers, requestContext, body = '', isBase64Encoded } = parsed.data
  const { stage, http } = requestContext
  return {
    method: http.method.toUpperCase(),
    path: withoutStage(rawPath, stage),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  }
}

/** API Gateway puts the name of a stage in front, unless it is the default one. */
function withoutStage(path: string, stage: string): string {
  if (stage === '$default' || !path.startsWith(`/${stage}`)) return path
  const rest = path.slice(stage.length + 1)
  return rest === '' || rest.startsWith('/') ? rest || '/' : path
}

/** What is text stays text; bytes go as base64. @throws RegiaError `PAYLOAD_TOO_LARGE`. */
export function toHttpResult({ status, message }: ErrorReply): HttpResult {
  const { body } = message
  const isText = typeof body === 'string'
  const written = isText ? body : Buffer.from(body).toString('base64')
  // As it stands in the JSON of the answer, where quotes take two bytes.
  const sizeBytes = isText ? Buffer.byteLength(JSON.stringify(written)) : written.length
  if (sizeBytes > MAX_ANSWER_BYTES - 4096) throw tooLarge(sizeBytes)
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...message.headers,
      'x-content-type-options': 'nosniff',
    },
    body: written,
    isBase64Encoded: !isText,
  }
}

const notHttp = (cause: unknown): RegiaError =>
  new RegiaError('INVALID_INPUT', 'This is no event of a function URL or of API Gateway with payload format 2.0.', {
    cause,
    where: 'event',
    hint: 'Choose payload format 2.0 in the integration. For events of a bucket the handler is index.onObject.',
  })

const tooLarge = (sizeBytes: number): RegiaError =>
  new RegiaError('PAYLOAD_TOO_LARGE', `The answer has ${sizeBytes} bytes; Lambda takes ${MAX_ANSWER_BYTES}.`, {
    hint: 'Send fewer rows in one request.',
  })
