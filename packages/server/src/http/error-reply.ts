import { type ErrorBody, issueText, RegiaError, type WordedIssue } from '@regia/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { ERROR_STATUS } from './error-status.ts'
import { errorText, isOneText } from './error-text.ts'
import { REQUEST_ID } from './report-fault.ts'
import { retryAfter } from './retry-after.ts'

export type ErrorReply = { readonly error: ErrorBody; readonly requestId: string }

type OneText = { readonly error: string }

/** How every error leaves that no protocol puts into a form of its own: the status from one table, the body the same everywhere. */
export function replyWithError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = beginRefusal(error, request, reply)
  const body: ErrorReply | OneText = isOneText(request.url)
    ? { error: errorText(known) }
    : { error: known.toBody(), requestId: request.id }
  return reply.type('application/json').serializer(JSON.stringify).send(body)
}

/**
 * What every protocol's reply to an error begins with: status and headers. What is unexpected is logged and says nothing of the inside.
 *
 * @returns The error, whose words the protocol puts into its own form.
 */
export function beginRefusal(error: unknown, request: FastifyRequest, reply: FastifyReply): RegiaError {
  const known = toRegiaError(error, request)
  if (known.code === 'INTERNAL') request.log.error({ err: error, requestId: request.id }, 'unexpected error')
  // An address that cannot be decoded meets no hook, so the id is set here as well.
  reply.code(ERROR_STATUS[known.code]).header(REQUEST_ID, request.id).headers(retryAfter(known))
  // Closed now, the connection would be reset under a sender in the middle of its body, who would never read why. The rest is read and dropped.
  if (known.code === 'PAYLOAD_TOO_LARGE') reply.removeHeader('connection')
  return known
}

/** The `RegiaError` that an error of the framework means; one of code `INTERNAL` for anything else. */
export function toRegiaError(error: unknown, request?: Pick<FastifyRequest, 'routeOptions'>): RegiaError {
  if (error instanceof RegiaError) return error
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error)
  const { code, statusCode } = frameworkError(error)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limit = request ? `${request.routeOptions.bodyLimit} bytes, which is all that` : 'what'
    return new RegiaError('PAYLOAD_TOO_LARGE', `The request body is larger than ${limit} this address takes.`, {
      where: 'body',
      hint: 'Send less at once: fewer rows, labels or events a request. Large tables are scored with "regia score".',
      cause: error,
    })
  }
  if (error instanceof Error && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new RegiaError('INVALID_INPUT', sentence(error.message), { hint: HINTS[code] ?? API_HINT, cause: error })
  }
  return new RegiaError('INTERNAL', 'Regia failed in a way that it did not expect.', {
    hint: "This is a fault of Regia's, not yours. The server's log has the cause under this request's id.",
    cause: error,
  })
}

const API_HINT = 'The interactive description of the API is at /api/docs.'
const HINTS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send JSON with the header "content-type: application/json".',
  FST_ERR_CTP_INVALID_JSON_BODY: 'Send one complete JSON value in UTF-8.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'Send a JSON body, or leave the content-type header out.',
}

function frameworkError(error: unknown): { code: string; statusCode?: number } {
  if (!(error instanceof Error)) return { code: '' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return 'statusCode' in error && typeof error.statusCode === 'number'
    ? { code, statusCode: error.statusCode }
    : { code }
}

type ValidationIssue = {
  readonly instancePath: string
  readonly keyword: string
  readonly message?: string | undefined
  /** What else zod said. */
  readonly params: { readonly [name: string]: unknown }
}

/** Of a union, what each of its members said. */
const isOfUnion = (params: object): params is Required<Pick<WordedIssue, 'errors'>> =>
  'errors' in params && Array.isArray(params.errors)

type ValidationError = {
  readonly validation: readonly ValidationIssue[]
  readonly validationContext?: string
}

function invalidRequest(error: ValidationError): RegiaError {
  const part = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'request')
  const issues = error.validation.slice(0, 5).map(({ instancePath, keyword, message, params }) => {
    const path = instancePath.replace(/^\//, '').replaceAll('/', '.')
    const told = { code: keyword, message: message ?? 'it is not valid', path: [] }
    const text = issueText(isOfUnion(params) ? { ...told, errors: params.errors } : told)
    return { path: path === '' ? part : `${part}.${path}`, message: text }
  })
  const text = issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return new RegiaError('INVALID_INPUT', `The request is not as the API describes it: ${text}.`, {
    where: issues.map(({ path }) => path).join(', '),
    hint: API_HINT,
    data: { issues },
    cause: error,
  })
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
