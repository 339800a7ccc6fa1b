import type { ErrorCode } from '@regia/core'

/** How the `regia` command ends. The one place that knows exit codes. */
export const EXIT = {
  ok: 0,
  /** A run failed, a check is red, a thing was refused. */
  failed: 1,
  /** The command line or a file that it names is wrong. */
  usage: 2,
  notFound: 3,
  /** Nothing answers, or somebody else owns the home. */
  unavailable: 4,
  internal: 5,
  /** Stopped by SIGINT, as shells count it. */
  interrupted: 130,
} as const

declare const ofProgram: unique symbol
/** The code of a program that a command ran, handed through as it is. */
type ProgramCode = number & { readonly [ofProgram]: true }

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | ProgramCode

/** Ends the command as the program ended that it ran. */
export const exitLike = (code: number): ExitCode => code as ProgramCode

const EXIT_OF_ERROR: { readonly [Code in ErrorCode]: ExitCode } = {
  INVALID_INPUT: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  ALREADY_EXISTS: EXIT.failed,
  CONFLICT: EXIT.failed,
  UNAUTHORIZED: EXIT.unavailable,
  PAYLOAD_TOO_LARGE: EXIT.usage,
  TOO_MANY_REQUESTS: EXIT.unavailable,
  QUEUE_FULL: EXIT.unavailable,
  OVERLOADED: EXIT.unavailable,
  UPSTREAM_FAILED: EXIT.unavailable,
  DEADLINE_EXCEEDED: EXIT.unavailable,
  CLIENT_GONE: EXIT.failed,
  TIMEOUT: EXIT.failed,
  UNAVAILABLE: EXIT.unavailable,
  CONFIG_INVALID: EXIT.usage,
  HOME_LOCKED: EXIT.unavailable,
  HOME_NOT_WRITABLE: EXIT.unavailable,
  PORT_IN_USE: EXIT.unavailable,
  PATH_OUTSIDE_ROOT: EXIT.usage,
  BLOB_MISSING: EXIT.failed,
  BLOB_CORRUPT: EXIT.failed,
  DATA_UNREADABLE: EXIT.usage,
  DATA_EMPTY: EXIT.usage,
  SCHEMA_VIOLATED: EXIT.failed,
  COLUMN_MISSING: EXIT.usage,
  COLUMN_UNKNOWN: EXIT.usage,
  COLUMN_TYPE: EXIT.usage,
  PIPELINE_INVALID: EXIT.usage,
  PIPELINE_CYCLE: EXIT.usage,
  STEP_INPUT_MISSING: EXIT.usage,
  STEP_OUTPUT_INVALID: EXIT.failed,
  STEP_OUTPUT_DUPLICATE: EXIT.usage,
  STEP_TIMED_OUT: EXIT.failed,
  STEP_CRASHED: EXIT.failed,
  RUN_CANCELLED: EXIT.failed,
  LEASE_LOST: EXIT.failed,
  USER_CODE_FAILED: EXIT.failed,
  BUNDLE_FAILED: EXIT.usage,
  MODEL_INVALID: EXIT.failed,
  MODEL_SELF_TEST_FAILED: EXIT.failed,
  CHECK_FAILED: EXIT.failed,
  ENDPOINT_NOT_READY: EXIT.failed,
  LOG_WRITE_FAILED: EXIT.failed,
  INTERNAL: EXIT.internal,
}

export const exitCodeOf = (code: ErrorCode): ExitCode => EXIT_OF_ERROR[code]
