import { RegiaError } from '@regia/core'
import type { DataEngineOptions } from './data-engine.ts'

/** Says in Regia's words what DuckDB could not do. What is not DuckDB's stays as it is. */
export function asDataError(error: unknown, options: DataEngineOptions): unknown {
  if (error instanceof RegiaError || !(error instanceof Error)) return error
  const message = firstSentence(error.message)
  if (options.signal?.aborted || /^INTERRUPT|Interrupted!/.test(message)) {
    return cancelled(error)
  }
  if (/^Out of Memory Error/.test(message)) {
    return new RegiaError('UNAVAILABLE', `The work needs more than its ${options.memoryLimitMb ?? 512} MB of memory.`, {
      where: message,
      hint: 'Select fewer columns or rows, or raise the memory limit of the data engine.',
      cause: error,
    })
  }
  if (/No space left|failed to offload|Cannot open file ("[^"]*\.partial-|.*Permission denied)/is.test(message)) {
    return new RegiaError('HOME_NOT_WRITABLE', `A file cannot be opened or written: ${message}`, {
      hint: 'Give the user of this process the right to it, free some space on the disk, or choose another folder.',
      cause: error,
    })
  }
  return /^[A-Z][\w ]* Error: /.test(message) ? asSqlOrFileError(error, message) : error
}

function asSqlOrFileError(error: Error, message: string): RegiaError {
  const isOfFile = /^IO Error|CSV Error|Malformed JSON|magic bytes|in file "|Parquet/i.test(message)
  if (!isOfFile) {
    return new RegiaError('INVALID_INPUT', `The query failed: ${message}`, {
      hint: 'A query may only SELECT, from the tables that it was given.',
      cause: error,
    })
  }
  return new RegiaError('DATA_UNREADABLE', `The data cannot be read: ${message}`, {
    hint: 'Check that the file is complete and of the format that its name says.',
    cause: error,
  })
}

/** DuckDB's message without the name of the call that failed before it, and the drawing of the query below it. */
const firstSentence = (message: string): string =>
  (message.split('\n\n')[0] ?? message)
    .replace(/^Failed to [\w ]+: /, '')
    .trim()
    .slice(0, 1000)

export const cancelled = (cause?: unknown): RegiaError =>
  new RegiaError('RUN_CANCELLED', 'The work on the data was cancelled.', { cause })
