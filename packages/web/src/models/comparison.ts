import type { ModelComparison } from '@regia/core'
import { formatNumber } from '../kernel/format.ts'

/** Something of two versions, as texts. */
export type Compared = { readonly name: string; readonly before: string; readonly after: string }

type Metric = ModelComparison['metrics'][number]

/** What is to be read after the scores, each list where it has something. */
export function comparedRows(comparison: ModelComparison): readonly (readonly [string, readonly Compared[]])[] {
  const { checks, data, params, code, signature, size } = comparison
  const sections: readonly (readonly [string, readonly { name: string; before?: unknown; after?: unknown }[]])[] = [
    ['Checks', checks],
    ['Data', data],
    ['Parameters', params],
    ['Code', code],
    ['Signature', signature],
    ['Size and speed', size],
  ]
  return sections
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => [
      title,
      rows.map(({ name, before, after }) => ({ name, before: textOf(before), after: textOf(after) })),
    ])
}

export const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number') return formatNumber(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** By how much a metric went up or down, and whether that is good. */
export function changeText({ before, after, direction }: Metric): string {
  if (before === undefined || after === undefined) return '–'
  const change = after - before
  if (change === 0) return 'same'
  const sign = change > 0 ? '+' : '−'
  const isBetter = direction && change > 0 === (direction === 'higher')
  const word = direction === undefined ? '' : isBetter ? ' better' : ' worse'
  return `${sign}${formatNumber(Math.abs(change))}${word}`
}

/** In one sentence: what got better, what worse. */
export function verdictOf({ metrics, before, after }: ModelComparison): string {
  const judged = metrics.filter(({ direction }) => direction !== undefined)
  const better = judged.filter((metric) => changeText(metric).endsWith('better')).map(({ name }) => name)
  const worse = judged.filter((metric) => changeText(metric).endsWith('worse')).map(({ name }) => name)
  if (better.length + worse.length === 0) return `v${after} scores as v${before} does, or was not scored by the same.`
  const parts = [
    ...(better.length > 0 ? [`better in ${better.join(', ')}`] : []),
    ...(worse.length > 0 ? [`worse in ${worse.join(', ')}`] : []),
  ]
  return `v${after} is ${parts.join(', ')} than v${before}. Scores of different data do not compare: look at the data below.`
}
