import type { JsonObject } from './json.ts'

/** The closed list of error codes. Clients and tests match codes, never messages. One file of the server maps them to HTTP, one of the CLI to exit codes. */
export const ERROR_CODES = [
  'INVALID_INPUT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'CONFLICT',
  'UNAUTHORIZED',
  'PAYLOAD_TOO_LARGE',
  'TOO_MANY_REQUESTS',
  'QUEUE_FULL',
  'OVERLOADED',
  /** Another server, which answers for a model, failed or did not answer in time. */
  'UPSTREAM_FAILED',
  'DEADLINE_EXCEEDED',
  'CLIENT_GONE',
  'TIMEOUT',
  'UNAVAILABLE',
  'CONFIG_INVALID',
  'HOME_LOCKED',
  'HOME_NOT_WRITABLE',
  'PORT_IN_USE',
  'PATH_OUTSIDE_ROOT',
  'BLOB_MISSING',
  'BLOB_CORRUPT',
  'DATA_UNREADABLE',
  'DATA_EMPTY',
  'SCHEMA_VIOLATED',
  'COLUMN_MISSING',
  'COLUMN_UNKNOWN',
  'COLUMN_TYPE',
  'PIPELINE_INVALID',
  'PIPELINE_CYCLE',
  'STEP_INPUT_MISSING',
  'STEP_OUTPUT_INVALID',
  'STEP_OUTPUT_DUPLICATE',
  'STEP_TIMED_OUT',
  'STEP_CRASHED',
  'RUN_CANCELLED',
  'LEASE_LOST',
  'USER_CODE_FAILED',
  'BUNDLE_FAILED',
  'MODEL_INVALID',
  'MODEL_SELF_TEST_FAILED',
  'CHECK_FAILED',
  'ENDPOINT_NOT_READY',
  'LOG_WRITE_FAILED',
  'INTERNAL',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export type ErrorDetails = {
  /** What to do about it, in one or two sentences. */
  readonly hint?: string
  /** Where it happened: a file and line, a column and row, a field path. */
  readonly where?: string
  readonly data?: JsonObject
  readonly cause?: unknown
}

/** How an error crosses a process boundary: HTTP bodies, `result.json`, NDJSON events. */
export type ErrorBody = {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
  readonly where?: string
  readonly data?: JsonObject
  /** The stack of the user's own code, present only for `USER_CODE_FAILED`. */
  readonly stack?: string
}

/**
 * The one error class of Regia.
 *
 * The message says what failed and what was got; `where` and `hint` say where and what to do.
 *
 * @example
 * throw new RegiaError('STEP_INPUT_MISSING', 'Step "train" needs input "features", which no step produces.', {
 *   hint: 'Add an output named "features" to a step. Did you mean "feature"?',
 * })
 */
export class RegiaError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly where: string | undefined
  readonly data: JsonObject | undefined
  /** The stack of the user's own code where it was carried across a process boundary. */
  userStack: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'RegiaError'
    this.code = code
    this.hint = details.hint
    this.where = details.where
    this.data = details.data
  }

  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.where !== undefined && { where: this.where }),
      ...(this.data !== undefined && { data: this.data }),
      ...(this.userStack !== undefined && { stack: this.userStack }),
    }
  }

  static fromBody(body: ErrorBody): RegiaError {
    const error = new RegiaError(body.code, body.message, {
      ...(body.hint !== undefined && { hint: body.hint }),
      ...(body.where !== undefined && { where: body.where }),
      ...(body.data !== undefined && { data: body.data }),
    })
    error.userStack = body.stack
    return error
  }
}

/** Whether a value that came from outside is one of {@link ERROR_CODES}. */
export const isErrorCode = (value: unknown): value is ErrorCode => ERROR_CODES.includes(value as ErrorCode)
