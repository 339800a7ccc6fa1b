import { type ErrorCode, RegiaError } from '@regia/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { toRegiaError } from '../../../http/error-reply.ts'

/** Codes of the protocol that Regia answers with, and their status. A client tries 429 and 5xx again for minutes: none of them for a fault of the caller. */
export const MLFLOW_STATUS = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_CONFLICT: 409,
  REQUEST_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const
export type MlflowCode = keyof typeof MLFLOW_STATUS

/** A refusal in the protocol's own words; what services refuse is a `RegiaError` and is translated by {@link toMlflowError}. */
export class MlflowError extends Error {
  readonly code: MlflowCode
  /** Where it is not the one of the code. */
  readonly status: number

  constructor(code: MlflowCode, message: string, status: number = MLFLOW_STATUS[code]) {
    super(message)
    this.name = 'MlflowError'
    this.code = code
    this.status = status
  }
}

/** @example throw invalidParameter("If either start step or end step are specified, both must be specified.") */
export const invalidParameter = (message: string): MlflowError => new MlflowError('INVALID_PARAMETER_VALUE', message)
export const doesNotExist = (message: string): MlflowError => new MlflowError('RESOURCE_DOES_NOT_EXIST', message)

const MEANING: Partial<Record<ErrorCode, MlflowCode>> = {
  NOT_FOUND: 'RESOURCE_DOES_NOT_EXIST',
  ALREADY_EXISTS: 'RESOURCE_ALREADY_EXISTS',
  CONFLICT: 'INVALID_PARAMETER_VALUE',
  INVALID_INPUT: 'INVALID_PARAMETER_VALUE',
  PATH_OUTSIDE_ROOT: 'INVALID_PARAMETER_VALUE',
  PAYLOAD_TOO_LARGE: 'INVALID_PARAMETER_VALUE',
  MODEL_INVALID: 'INVALID_PARAMETER_VALUE',
  CONFIG_INVALID: 'INVALID_PARAMETER_VALUE',
  UNAUTHORIZED: 'UNAUTHENTICATED',
  TOO_MANY_REQUESTS: 'REQUEST_LIMIT_EXCEEDED',
  BLOB_MISSING: 'RESOURCE_DOES_NOT_EXIST',
  UNAVAILABLE: 'TEMPORARILY_UNAVAILABLE',
  TIMEOUT: 'DEADLINE_EXCEEDED',
}

/** Any error as the protocol says it. What is unexpected says nothing of the inside. */
export function toMlflowError(error: unknown, request?: FastifyRequest): MlflowError {
  if (error instanceof MlflowError) return error
  const known = toRegiaError(error, request)
  const code = MEANING[known.code] ?? 'INTERNAL_ERROR'
  return new MlflowError(code, known.hint === undefined ? known.message : `${known.message} ${known.hint}`)
}

/**
 * Says a service's refusal in the words that callers of the protocol know, by its code.
 *
 * @example await rephrase(runs.get(id), { NOT_FOUND: () => doesNotExist(`Run with id=${id} not found`) })
 */
export async function rephrase<T>(
  work: Promise<T>,
  words: Partial<Record<ErrorCode, (error: RegiaError) => MlflowError>>,
): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw (error instanceof RegiaError && words[error.code]?.(error)) || error
  }
}

/** The error handler of every scope that speaks the protocol, also of one that takes files instead of JSON. */
export function replyWithMlflowError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message, status } = toMlflowError(error, request)
  if (code === 'INTERNAL_ERROR') request.log.error({ err: error, requestId: request.id }, 'unexpected error')
  // The rest of a body that is too large is read and dropped: a connection that is reset tells its sender nothing.
  if (error instanceof Error && 'statusCode' in error && error.statusCode === 413) reply.removeHeader('connection')
  if (status === 401) reply.header('www-authenticate', 'Basic realm="mlflow"')
  return reply
    .code(status)
    .type('application/json')
    .send(JSON.stringify({ error_code: code, message }))
}
