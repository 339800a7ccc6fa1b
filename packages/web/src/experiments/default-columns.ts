import type { TrackingFields } from '@regia/core'

const MOST_METRICS = 4
const MOST_PARAMS = 4

/** When, how long, and what most runs have: until somebody chooses. */
export function defaultColumns(fields: TrackingFields | undefined, isMixed: boolean): readonly string[] {
  const most = (list: readonly { readonly key: string }[], count: number) => list.slice(0, count).map(({ key }) => key)
  const metrics = fields?.metrics.filter(({ key }) => !isSystemMetric(key)) ?? []
  return [
    ...(isMixed ? ['experiment'] : []),
    'started',
    'duration',
    ...most(metrics, MOST_METRICS).map((key) => `metrics.${key}`),
    ...most(fields?.params ?? [], MOST_PARAMS).map((key) => `params.${key}`),
  ]
}

/** Of the machine and not of the model: shown apart. */
export const isSystemMetric = (key: string): boolean => key.startsWith('system/')
