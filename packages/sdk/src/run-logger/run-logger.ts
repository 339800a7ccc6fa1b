import { encodeNumber, type LogBatch, type RegiaError, type TrackedDataset } from '@regia/core'
import { createDelivery } from './deliver.ts'
import { LogBuffer } from './log-buffer.ts'
import { type LogEntry, nameOfEntry } from './log-entry.ts'
import { badEntry, faultOf, refusal, summary, tooLate } from './problems.ts'

/** What the logger needs of a client; that of `createClient` fits. */
export type LogClient = {
  readonly tracking: {
    readonly log: (
      runId: string,
      batch: Partial<LogBatch>,
      options?: { readonly signal?: AbortSignal },
    ) => Promise<void>
  }
}

export type RunLoggerOptions = {
  readonly runId: string
  /** Told once of each thing that was refused for good, with the error that `flush` throws. */
  readonly onProblem?: (problem: RegiaError) => void
  /** Milliseconds for which entries are gathered before they are sent. Default 200. */
  readonly intervalMs?: number
  /** Entries that may wait before `log…` asks its caller to wait too. Default 20,000. */
  readonly bufferSize?: number
  /** Milliseconds for which a batch is tried again while the server cannot be reached. Default ten minutes. */
  readonly patienceMs?: number
  /** Milliseconds after which a request without a reply is sent again. Default 30 s. */
  readonly requestTimeoutMs?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export type MetricOptions = {
  /** The training step: a tree, an epoch. 0 where absent. */
  readonly step?: number
  /** When it was measured; now where absent. */
  readonly at?: Date | number
}

/**
 * Logs to one run without keeping its caller waiting. Each `log…` and `set…` resolves at once while the buffer has room, and when it has room
 * again after it was full: who awaits it never fills the memory.
 */
export type RunLogger = {
  readonly logMetric: (key: string, value: number, options?: MetricOptions) => Promise<void>
  readonly logMetrics: (values: Readonly<Record<string, number>>, options?: MetricOptions) => Promise<void>
  readonly logParam: (key: string, value: unknown) => Promise<void>
  readonly logParams: (values: Readonly<Record<string, unknown>>) => Promise<void>
  readonly setTag: (key: string, value: unknown) => Promise<void>
  readonly setTags: (values: Readonly<Record<string, unknown>>) => Promise<void>
  readonly logDataset: (dataset: Omit<TrackedDataset, 'tags'> & Partial<TrackedDataset>) => Promise<void>
  /** Resolves when everything logged so far was answered. @throws RegiaError the first refusal that no `flush` has thrown yet. */
  readonly flush: () => Promise<void>
  /** `flush`, and nothing more is taken. */
  readonly end: () => Promise<void>
  /** What no reply has come for yet, as batches in order: to be handed over where this process must end at once. */
  readonly unsent: () => readonly Partial<LogBatch>[]
}

const DEFAULTS = { intervalMs: 200, bufferSize: 20_000, patienceMs: 600_000, requestTimeoutMs: 30_000 }
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/**
 * A logger for a run that exists: batches what is logged and sends it beside the caller's own work, in order, one request at a time.
 *
 * A batch goes when it is full or `intervalMs` after its first entry. A failure that may pass (no connection, 429, 5xx) is tried again with
 * growing pauses; nothing is counted twice, since times are fixed when something is logged and the server drops exact duplicates. What is
 * refused for good (a key that is not allowed, a param that would change) is told through `onProblem` and thrown by `flush` and `end`, while
 * everything else of its batch arrives. Safe in a browser.
 *
 * @param client - A client of Regia, from `createClient`.
 * @example
 * const logger = createRunLogger(client, { runId })
 * for (let epoch = 0; epoch < 100; epoch++) await logger.logMetrics({ loss: fit(epoch) }, { step: epoch })
 * await logger.end()
 */
export function createRunLogger(client: LogClient, options: RunLoggerOptions): RunLogger {
  const { runId, onProblem, now = Date.now } = options
  const { intervalMs, bufferSize, patienceMs, requestTimeoutMs } = { ...DEFAULTS, ...options }
  const problems: RegiaError[] = []
  let isEnded = false
  // Later, so that an error of the listener's own cannot stop what is under way.
  const tell = (problem: RegiaError) => queueMicrotask(() => onProblem?.(problem))
  const report = (problem: RegiaError) => {
    problems.push(problem)
    tell(problem)
  }
  const deliver = createDelivery({
    send: (batch, signal) => client.tracking.log(runId, batch, { signal }),
    onRefused: (error, entries) => report(refusal(error, entries, runId)),
    patienceMs,
    requestTimeoutMs,
    now,
    wait,
  })
  const buffer = new LogBuffer({ intervalMs, size: bufferSize, deliver })

  const isGood = (entry: LogEntry): boolean => {
    const fault = faultOf(entry, runId)
    if (isEnded) tell(tooLate(nameOfEntry(entry), runId))
    else if (fault) report(fault)
    return !isEnded && fault === undefined
  }
  const add = (entries: readonly LogEntry[]) => buffer.add(entries.filter(isGood))

  const logMetrics: RunLogger['logMetrics'] = (values, { step = 0, at } = {}) => {
    const atMs = Math.round(at === undefined ? now() : Number(at))
    return add(
      Object.entries(values).flatMap(([key, value]): LogEntry[] => {
        if (typeof value === 'number')
          return [{ kind: 'metric', metric: { key, value: encodeNumber(value), step, atMs } }]
        report(badEntry(`metric "${key}"`, `is ${JSON.stringify(value) ?? String(value)}, which is no number`, runId))
        return []
      }),
    )
  }
  const texts = (kind: 'param' | 'tag') => (values: Readonly<Record<string, unknown>>) =>
    add(Object.entries(values).map(([key, value]) => ({ kind, key, value: textOf(value) })))
  const [logParams, setTags] = [texts('param'), texts('tag')]

  const flush = async () => {
    await buffer.drain()
    const found = problems.splice(0)
    if (found.length > 0) throw summary(found)
  }
  return {
    logMetrics,
    logMetric: (key, value, metricOptions) => logMetrics({ [key]: value }, metricOptions),
    logParams,
    logParam: (key, value) => logParams({ [key]: value }),
    setTags,
    setTag: (key, value) => setTags({ [key]: value }),
    logDataset: (dataset) => add([{ kind: 'dataset', dataset: { tags: {}, ...dataset } }]),
    flush,
    end: async () => {
      isEnded = true
      await flush()
    },
    unsent: () => buffer.unsent(),
  }
}

/** Texts as they are, anything else as its JSON. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
