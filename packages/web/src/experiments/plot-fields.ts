import type { TrackedRun, TrackingFields } from '@regia/core'
import { isSystemMetric, triedParams } from './default-columns.ts'
import { fieldId, fieldOf } from './field.ts'
import type { FieldChoices } from './field-picker.tsx'
import { partsOf, type RunsSearch } from './search.ts'

const MOST_CHOICES = 200

const idsOf = (kind: 'metric' | 'param', fields: TrackingFields | undefined) =>
  (fields?.[`${kind}s`] ?? []).slice(0, MOST_CHOICES).map(({ key }) => fieldId({ kind, key }))

/** Those that at least half as many runs have as the most frequent one: a line needs all of its axes. */
function frequentIds(kind: 'metric' | 'param', fields: TrackingFields | undefined) {
  const all = fields?.[`${kind}s`] ?? []
  return idsOf(kind, fields).filter((_, i) => (all[i]?.runCount ?? 0) * 2 >= (all[0]?.runCount ?? 0))
}

/** What the axes of the plots can be of. */
export const choicesOf = (fields: TrackingFields | undefined): FieldChoices => [
  { group: 'Metrics', items: idsOf('metric', fields) },
  { group: 'Params', items: idsOf('param', fields) },
  { group: 'Attributes', items: ['started', 'duration', 'status', 'user', 'source'] },
]

/** What was chosen, else what most runs have: params across, the first metric up. */
export function fieldsOf(
  { sx, sy, axes, box }: RunsSearch,
  fields: TrackingFields | undefined,
  sample: readonly TrackedRun[],
) {
  const metrics = frequentIds('metric', fields).filter((id) => !isSystemMetric(fieldOf(id).key))
  const frequent = frequentIds('param', fields)
  const params = triedParams(fields, sample)
    .map((key) => fieldId({ kind: 'param', key }))
    .filter((id) => frequent.includes(id))
  const y = sy ?? metrics[0] ?? ''
  return {
    x: sx ?? params[0] ?? metrics[1] ?? 'started',
    y,
    box: box ?? params[0] ?? 'status',
    axes:
      axes === undefined ? [...params.slice(0, 4), ...metrics.filter((id) => id !== y).slice(0, 1), y] : partsOf(axes),
  }
}
