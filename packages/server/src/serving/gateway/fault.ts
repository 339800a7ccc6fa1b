import { type ErrorCode, RegiaError } from '@regia/core'

/** What every version would have answered to this request: the fault is the caller's. */
const CALLERS: ReadonlySet<string> = new Set<ErrorCode>([
  'INVALID_INPUT',
  'COLUMN_MISSING',
  'COLUMN_UNKNOWN',
  'COLUMN_TYPE',
  'NOT_FOUND',
])
/** What says nothing about the version: the log is full, nobody waits any more. */
const NOBODYS: ReadonlySet<string> = new Set(['LOG_WRITE_FAILED', 'CLIENT_GONE'])

export type Fault = 'caller' | 'version' | 'nobody'

/** Whose fault it is that a version did not answer. */
export function faultOf(error: unknown): Fault {
  if (error instanceof RangeError) return 'caller'
  if (!(error instanceof RegiaError)) return 'version'
  if (CALLERS.has(error.code)) return 'caller'
  return NOBODYS.has(error.code) ? 'nobody' : 'version'
}

/** Whether a version answered, but no number. */
export const isInvalidAnswer = (error: unknown): boolean =>
  error instanceof RegiaError && error.code === 'MODEL_INVALID'
