import { type Clock, RegiaError, toIso } from '@regia/core'

export type LogLevel = 'info' | 'warn' | 'error'
type Fields = { readonly [name: string]: unknown }

/** Told of what happens: a word for it, and its facts. */
export type WriteEvent = (level: LogLevel, event: string, fields: Fields) => void

export const silent: WriteEvent = () => {}

/** One JSON object a line, as collectors of container logs read it. */
export const jsonLines =
  (write: (line: string) => void, clock: Clock): WriteEvent =>
  (level, event, fields) =>
    write(`${JSON.stringify({ time: toIso(clock()), level, event, ...fields })}\n`)

/** The facts of an error, with its stack where it is a fault of ours. */
export function errorFields(error: unknown): Fields {
  if (error instanceof RegiaError && error.code !== 'INTERNAL') return { ...error.toBody() }
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) }
}
