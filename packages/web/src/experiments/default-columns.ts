import type { TrackedRun, TrackingFields } from '@regia/core'

const MOST_METRICS = 4
const MOST_PARAMS = 4

/** When, how long, what was tried and what came out: until somebody chooses. */
export function defaultColumns(
  fields: TrackingFields | undefined,
  sample: readonly TrackedRun[],
  isMixed: boolean,
): readonly string[] {
  const metrics = (fields?.metrics ?? []).map(({ key }) => key).filter((key) => !isSystemMetric(key))
  return [
    ...(isMixed ? ['experiment'] : []),
    'started',
    'duration',
    ...rankedParams(fields, sample)
      .slice(0, MOST_PARAMS)
      .map((key) => `params.${key}`),
    ...metrics.slice(0, MOST_METRICS).map((key) => `metrics.${key}`),
  ]
}

/**
 * The params of some runs, those first that were tried with more than one value: a client that logs every default of a library has many that say
 * nothing. Of those that differ, or do not, the most frequent first.
 */
export function rankedParams(fields: TrackingFields | undefined, sample: readonly TrackedRun[]): readonly string[] {
  const keys = (fields?.params ?? []).map(({ key }) => key)
  const isVaried = new Map(keys.map((key) => [key, isTried(sample, key)]))
  return keys.toSorted((a, b) => Number(isVaried.get(b)) - Number(isVaried.get(a)))
}

/** Those with more than one value; all where there are none. */
export function triedParams(fields: TrackingFields | undefined, sample: readonly TrackedRun[]): readonly string[] {
  const ranked = rankedParams(fields, sample)
  const tried = ranked.filter((key) => isTried(sample, key))
  return tried.length > 0 ? tried : ranked
}

function isTried(sample: readonly TrackedRun[], key: string): boolean {
  const values = new Set(sample.flatMap(({ params }) => params[key] ?? []))
  return values.size > 1
}

/** Of the machine and not of the model: shown apart. */
export const isSystemMetric = (key: string): boolean => key.startsWith('system/')
