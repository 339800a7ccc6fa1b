import { RegiaError } from '@regia/core'
import type { BuildFailure, Message } from 'esbuild'

/** What esbuild says, in our four parts; what it did not say (a bug) is passed on. */
export function bundleFailure(cause: unknown): unknown {
  if (!isBuildFailure(cause)) return cause
  const [first, ...others] = cause.errors
  if (!first) return cause
  // What a plugin of ours found wrong is said already.
  if (first.detail instanceof RegiaError) return first.detail
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  const where = placeOf(first)
  return new RegiaError('BUNDLE_FAILED', `The code cannot be bundled: ${first.text}${more}`, {
    cause,
    ...(where !== undefined && { where }),
    hint: hintOf(first),
  })
}

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors)

const placeOf = ({ location }: Message): string | undefined =>
  location ? `${location.file}:${location.line}:${location.column + 1}` : undefined

function hintOf({ location, notes }: Message): string {
  const line = location?.lineText.trim()
  const note = notes.map(({ text }) => text).join(' ')
  return [line ? `The line reads: ${line}` : '', note].filter(Boolean).join('. ') || 'Mend the file and try again.'
}
