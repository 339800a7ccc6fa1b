import { type LogBatch, type LoggedMetric, TRACKING_LIMITS, type TrackedDataset } from '@regia/core'

/** One thing that was logged and is on its way. */
export type LogEntry =
  | { readonly kind: 'metric'; readonly metric: LoggedMetric }
  | { readonly kind: 'param' | 'tag'; readonly key: string; readonly value: string }
  | { readonly kind: 'dataset'; readonly dataset: TrackedDataset }

/** A request stays far below what servers and proxies take, whatever datasets bring along. */
const BATCH_BYTES = 4_000_000
const DATASETS_IN_BATCH = 100

const MOST: { readonly [Kind in LogEntry['kind']]: number } = {
  metric: TRACKING_LIMITS.metricsInBatch,
  param: TRACKING_LIMITS.paramsInBatch,
  tag: TRACKING_LIMITS.tagsInBatch,
  dataset: DATASETS_IN_BATCH,
}

/** How many of the first entries go into one batch: at least one, no more than the limits of a batch, and never two values of one param. */
export function batchLength(entries: readonly LogEntry[]): number {
  const counts = { metric: 0, param: 0, tag: 0, dataset: 0 }
  const params = new Map<string, string>()
  let bytes = 0
  let length = 0
  for (const entry of entries) {
    bytes += sizeOf(entry)
    const isFull = length >= TRACKING_LIMITS.itemsInBatch || counts[entry.kind] >= MOST[entry.kind]
    if (length > 0 && (isFull || bytes > BATCH_BYTES || isOtherValue(entry, params))) return length
    if (entry.kind === 'param') params.set(entry.key, entry.value)
    counts[entry.kind]++
    length++
  }
  return length
}

/** Two values of one param in one object would hide that the second is refused. */
const isOtherValue = (entry: LogEntry, params: ReadonlyMap<string, string>): boolean =>
  entry.kind === 'param' && (params.get(entry.key) ?? entry.value) !== entry.value

/** The body of a request; of a tag that was set twice the last stands. */
export function toBatch(entries: readonly LogEntry[]): Partial<LogBatch> {
  const metrics = entries.flatMap((entry) => (entry.kind === 'metric' ? [entry.metric] : []))
  const datasets = entries.flatMap((entry) => (entry.kind === 'dataset' ? [entry.dataset] : []))
  const params = textsOf(entries, 'param')
  const tags = textsOf(entries, 'tag')
  return {
    ...(metrics.length > 0 && { metrics }),
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
    ...(datasets.length > 0 && { datasets }),
  }
}

const textsOf = (entries: readonly LogEntry[], kind: 'param' | 'tag'): [string, string][] =>
  entries.flatMap((entry): [string, string][] => (entry.kind === kind ? [[entry.key, entry.value]] : []))

/** About as many bytes as it takes in JSON. */
function sizeOf(entry: LogEntry): number {
  if (entry.kind === 'metric') return 80 + entry.metric.key.length
  if (entry.kind !== 'dataset') return 8 + entry.key.length + entry.value.length
  const { source, schema = '', profile = '' } = entry.dataset
  return 500 + source.length + schema.length + profile.length
}

/** How messages name an entry. */
export function nameOfEntry(entry: LogEntry): string {
  if (entry.kind === 'metric') return `metric "${entry.metric.key}"`
  return entry.kind === 'dataset' ? `dataset "${entry.dataset.name}"` : `${entry.kind} "${entry.key}"`
}
