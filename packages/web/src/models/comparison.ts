import type { ModelComparison } from '@regia/core'
import { formatNumber, shortDigest } from '../kernel/format.ts'

/** Something of two versions, as texts. */
export type Compared = { readonly name: string; readonly before: string; readonly after: string }
export type ComparedSection = { readonly title: string; readonly rows: readonly Compared[] }

type Metric = ModelComparison['metrics'][number]

/** What is to be read after the scores, each list where it has something. */
export function comparedSections(comparison: ModelComparison): readonly ComparedSection[] {
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
    .map(([title, rows]) => ({
      title,
      rows: rows.map(({ name, before, after }) => ({ name, before: textOf(before), after: textOf(after) })),
    }))
}

/** Only what differs, and the titles of the sections in which nothing does. */
export function differences(sections: readonly ComparedSection[]): {
  readonly sections: readonly ComparedSection[]
  readonly same: readonly string[]
} {
  const differing = sections.map(({ title, rows }) => ({
    title,
    rows: rows.filter(({ before, after }) => before !== after),
  }))
  return {
    sections: differing.filter(({ rows }) => rows.length > 0),
    same: differing.filter(({ rows }) => rows.length === 0).map(({ title }) => title),
  }
}

export const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number') return formatNumber(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A digest as people tell digests apart; anything else as it is. */
export const shownText = (text: string): string => (/^sha256:[0-9a-f]{64}$/.test(text) ? shortDigest(text) : text)

export type Judgement = 'better' | 'worse' | 'same' | 'other'

/** Whether the later version does better by a metric; "other" where it has no direction or one of them was not scored by it. */
export function judgementOf({ before, after, direction }: Metric): Judgement {
  if (before === undefined || after === undefined) return 'other'
  if (before === after) return 'same'
  if (direction === undefined) return 'other'
  return after > before === (direction === 'higher') ? 'better' : 'worse'
}

/** By how much a metric went up or down, and whether that is good. */
export function changeText(metric: Metric): string {
  const { before, after } = metric
  if (before === undefined || after === undefined) return '–'
  const judgement = judgementOf(metric)
  if (judgement === 'same') return 'same'
  const sign = after > before ? '+' : '−'
  const word = judgement === 'other' ? '' : ` ${judgement}`
  return `${sign}${formatNumber(Math.abs(after - before))}${word}`
}

/** In one sentence: what got better, what worse. */
export function verdictOf({ metrics, before, after }: ModelComparison): string {
  const named = (wanted: Judgement) =>
    metrics.filter((metric) => judgementOf(metric) === wanted).map(({ name }) => name)
  const [better, worse] = [named('better'), named('worse')]
  if (better.length + worse.length === 0) return `v${after} scores as v${before} does, or was not scored by the same.`
  const parts = [
    ...(better.length > 0 ? [`better in ${better.join(', ')}`] : []),
    ...(worse.length > 0 ? [`worse in ${worse.join(', ')}`] : []),
  ]
  return `v${after} is ${parts.join(', ')} than v${before}. Scores of different data do not compare: look at the data below.`
}
