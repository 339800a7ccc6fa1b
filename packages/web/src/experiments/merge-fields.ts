import type { TrackingFields } from '@regia/core'

const KINDS = ['params', 'metrics', 'tags'] as const

/** The keys of both, each once, those of the first before the others. */
export function mergeFields(first: TrackingFields, second: TrackingFields | undefined): TrackingFields {
  if (!second) return first
  const [params = [], metrics = [], tags = []] = KINDS.map((kind) => {
    const known = new Set(first[kind].map(({ key }) => key))
    return [...first[kind], ...second[kind].filter(({ key }) => !known.has(key))]
  })
  return { params, metrics, tags }
}
