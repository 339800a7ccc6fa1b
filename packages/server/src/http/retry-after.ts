import { RegiaError } from '@regia/core'

/** The header that tells a refused client when to come again, for the errors that know it; else no header. */
export function retryAfter(error: unknown): Readonly<Record<string, string>> {
  const seconds = error instanceof RegiaError ? error.data?.retryAfterSeconds : undefined
  return typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {}
}
