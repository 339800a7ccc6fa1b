import { keyFault, RegiaError, type TrackedDataset, trackedDatasetSchema } from '@regia/core'
import { type LogEntry, nameOfEntry } from './log-entry.ts'

/** What is wrong with an entry, as far as it can be said without asking the server. */
export function faultOf(entry: LogEntry, runId: string): RegiaError | undefined {
  const fault = entry.kind === 'dataset' ? datasetFault(entry.dataset) : keyOrNumberFault(entry)
  return fault === undefined ? undefined : badEntry(nameOfEntry(entry), fault, runId)
}

/** @param fault - In words that go on after the name: `is empty`. */
export const badEntry = (name: string, fault: string, runId: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `The ${name} was not logged: it ${fault}.`, {
    where: `run ${runId}`,
    hint: 'Log it under another name, or with another value.',
  })

function keyOrNumberFault(entry: Exclude<LogEntry, { readonly kind: 'dataset' }>): string | undefined {
  if (entry.kind !== 'metric') return keyFault(entry.key)
  const { key, step, atMs } = entry.metric
  if (!Number.isSafeInteger(step)) return `has the step ${step}, which is no whole number`
  if (!Number.isSafeInteger(atMs) || atMs < 0) return 'has no time that can be kept'
  return keyFault(key)
}

function datasetFault(dataset: TrackedDataset): string | undefined {
  const issue = trackedDatasetSchema.safeParse(dataset).error?.issues[0]
  return issue && `is wrong at "${issue.path.join('.')}": ${issue.message}`
}

export const tooLate = (name: string, runId: string): RegiaError =>
  new RegiaError('CONFLICT', `The ${name} was not logged: its run is over.`, {
    where: `run ${runId}`,
    hint: 'Await what logs before the run ends.',
  })

/** The server's own words, with what was lost. */
export function refusal(error: RegiaError, entries: readonly LogEntry[], runId: string): RegiaError {
  const lost = entries.length === 1 ? `The ${nameOfEntry(entries[0]!)} was` : `${entries.length} entries were`
  return withWords(error, `${lost} not logged: ${error.message}`, error.where ?? `run ${runId}`)
}

/** One error for all that `flush` has to tell. */
export function summary(problems: readonly RegiaError[]): RegiaError {
  const first = problems[0]!
  if (problems.length === 1) return first
  return withWords(first, `${problems.length} logs were refused. The first: ${first.message}`, first.where)
}

const withWords = (cause: RegiaError, message: string, where: string | undefined): RegiaError =>
  new RegiaError(cause.code, message, {
    cause,
    ...(where !== undefined && { where }),
    ...(cause.hint !== undefined && { hint: cause.hint }),
  })
