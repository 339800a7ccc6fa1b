import { readFileSync } from 'node:fs'
import { RegiaError } from '@regia/core'
import { DEFAULT_LIMITS, type ModelServerLimits } from './limits.ts'

/** What timers of Node count up to. */
const MAX_TIMER_MS = 2 ** 31 - 1

export type ServerEnvironment = {
  readonly host: string
  readonly port: number
  readonly token: string | undefined
  readonly logDir: string | undefined
  readonly limits: ModelServerLimits
}

/** The value of an environment variable. */
type ReadVariable = (name: string) => string | undefined

/**
 * The only reader of a model server's environment variables: those of a bundle's program, and of `regia serve`. An empty one counts as absent.
 *
 * @param defaultHost - Where it listens when REGIA_HOST says nothing.
 * @throws RegiaError `CONFIG_INVALID` with the variable's name.
 */
export function readServerEnvironment(read: ReadVariable, defaultHost: string): ServerEnvironment {
  const variable: ReadVariable = (name) => read(name) || undefined
  const whole = (name: string, fallback: number, { min = 1, max = Number.MAX_SAFE_INTEGER } = {}) =>
    wholeNumber(variable, name, fallback, min, max)
  return {
    host: variable('REGIA_HOST') ?? defaultHost,
    port: whole('REGIA_PORT', 8080, { min: 0, max: 65_535 }),
    token: readToken(variable),
    logDir: variable('REGIA_LOG_DIR'),
    limits: {
      lane: readLane(variable),
      maxQueueRows: whole('REGIA_MAX_QUEUE_ROWS', DEFAULT_LIMITS.maxQueueRows, { max: 1_000_000 }),
      deadlineMs: whole('REGIA_DEADLINE_MS', DEFAULT_LIMITS.deadlineMs, { max: 600_000 }),
      maxBodyBytes: whole('REGIA_MAX_BODY_BYTES', DEFAULT_LIMITS.maxBodyBytes),
      maxRows: whole('REGIA_MAX_ROWS', DEFAULT_LIMITS.maxRows),
      maxUnderWay: whole('REGIA_MAX_UNDER_WAY', DEFAULT_LIMITS.maxUnderWay),
      requestMs: whole('REGIA_REQUEST_MS', DEFAULT_LIMITS.requestMs, { max: MAX_TIMER_MS }),
      keepAliveMs: whole('REGIA_KEEP_ALIVE_MS', DEFAULT_LIMITS.keepAliveMs, { max: MAX_TIMER_MS }),
      drainMs: whole('REGIA_DRAIN_MS', DEFAULT_LIMITS.drainMs, { min: 0, max: MAX_TIMER_MS }),
    },
  }
}

function wholeNumber(variable: ReadVariable, name: string, fallback: number, min: number, max: number): number {
  const text = variable(name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new RegiaError(
    'CONFIG_INVALID',
    `${name} must be a whole number from ${min} to ${max}; it is ${JSON.stringify(text)}.`,
    {
      where: name,
      hint: 'Correct it, or unset it for the default.',
    },
  )
}

const LANES: readonly ModelServerLimits['lane'][] = ['auto', 'inline', 'worker']

function readLane(variable: ReadVariable): ModelServerLimits['lane'] {
  const text = variable('REGIA_LANE') ?? DEFAULT_LIMITS.lane
  const lane = LANES.find((each) => each === text)
  if (lane) return lane
  throw new RegiaError('CONFIG_INVALID', `REGIA_LANE is ${JSON.stringify(text)}.`, {
    where: 'REGIA_LANE',
    hint: `Choose one of ${LANES.join(', ')}.`,
  })
}

function readToken(variable: ReadVariable): string | undefined {
  const path = variable('REGIA_TOKEN_FILE')
  const token = path === undefined ? variable('REGIA_TOKEN') : readTokenFile(path)
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
