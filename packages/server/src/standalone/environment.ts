import { readFileSync } from 'node:fs'
import { RegiaError } from '@regia/core'
import { DEFAULT_LIMITS, type ModelServerLimits } from './limits.ts'

export type ServerEnvironment = {
  readonly host: string
  readonly port: number
  readonly token: string | undefined
  readonly logDir: string | undefined
  readonly limits: ModelServerLimits
}

type Variables = Readonly<Record<string, string | undefined>>

/** The only reader of the program's environment variables. @throws RegiaError `CONFIG_INVALID` with the variable's name. */
export function readServerEnvironment(variables: Variables): ServerEnvironment {
  const whole = (name: string, fallback: number, max = Number.MAX_SAFE_INTEGER) =>
    wholeNumber(variables, name, fallback, max)
  return {
    host: variables.REGIA_HOST || '0.0.0.0',
    port: whole('REGIA_PORT', 8080, 65_535),
    token: readToken(variables),
    logDir: variables.REGIA_LOG_DIR || undefined,
    limits: {
      lane: readLane(variables),
      maxQueueRows: whole('REGIA_MAX_QUEUE_ROWS', DEFAULT_LIMITS.maxQueueRows, 1_000_000),
      deadlineMs: whole('REGIA_DEADLINE_MS', DEFAULT_LIMITS.deadlineMs, 600_000),
      maxBodyBytes: whole('REGIA_MAX_BODY_BYTES', DEFAULT_LIMITS.maxBodyBytes),
      maxRows: whole('REGIA_MAX_ROWS', DEFAULT_LIMITS.maxRows),
      maxUnderWay: whole('REGIA_MAX_UNDER_WAY', DEFAULT_LIMITS.maxUnderWay),
      requestMs: whole('REGIA_REQUEST_MS', DEFAULT_LIMITS.requestMs),
      keepAliveMs: whole('REGIA_KEEP_ALIVE_MS', DEFAULT_LIMITS.keepAliveMs),
      drainMs: whole('REGIA_DRAIN_MS', DEFAULT_LIMITS.drainMs),
    },
  }
}

function wholeNumber(variables: Variables, name: string, fallback: number, max: number): number {
  const text = variables[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= max) return value
  throw new RegiaError(
    'CONFIG_INVALID',
    `${name} must be a whole number up to ${max}; it is ${JSON.stringify(text)}.`,
    {
      where: name,
      hint: 'Correct it, or unset it for the default.',
    },
  )
}

const LANES: readonly ModelServerLimits['lane'][] = ['auto', 'inline', 'worker']

function readLane({ REGIA_LANE: text }: Variables): ModelServerLimits['lane'] {
  const lane = LANES.find((each) => each === (text || DEFAULT_LIMITS.lane))
  if (lane) return lane
  throw new RegiaError('CONFIG_INVALID', `REGIA_LANE is ${JSON.stringify(text)}.`, {
    where: 'REGIA_LANE',
    hint: `Choose one of ${LANES.join(', ')}.`,
  })
}

function readToken(variables: Variables): string | undefined {
  const { REGIA_TOKEN_FILE: path } = variables
  const token = path ? readTokenFile(path) : variables.REGIA_TOKEN || undefined
  if (token === undefined || token.length >= 16) return token
  throw new RegiaError('CONFIG_INVALID', `The token has ${token.length} characters; at least 16 are needed.`, {
    where: path ? 'REGIA_TOKEN_FILE' : 'REGIA_TOKEN',
    hint: 'Make one with: openssl rand -hex 32',
  })
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new RegiaError('CONFIG_INVALID', 'The token file cannot be read.', {
      cause,
      where: 'REGIA_TOKEN_FILE',
      hint: 'Check the path, and that this user may read the file.',
    })
  }
}
