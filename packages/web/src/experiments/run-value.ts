import { decodeNumber, type TrackedRun } from '@regia/core'
import type { Field } from './field.ts'

/** What a run has for a field: a number where it is one, else its text; nothing where it has none, or one that went astray. */
export function runValue(run: TrackedRun, { kind, key }: Field): number | string | undefined {
  if (kind === 'metric') {
    const metric = run.metrics.find((each) => each.key === key)
    const value = metric ? decodeNumber(metric.value) : Number.NaN
    return Number.isFinite(value) ? value : undefined
  }
  if (kind === 'attribute') return attributeValue(run, key)
  const text = (kind === 'param' ? run.params : run.tags)[key]
  if (text === undefined) return undefined
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : text
}

function attributeValue(run: TrackedRun, key: string): number | string | undefined {
  if (key === 'started') return run.startedAt === undefined ? undefined : Date.parse(run.startedAt)
  if (key === 'duration') {
    return run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : undefined
  }
  if (key === 'status' || key === 'source' || key === 'user') return run[key]
  return undefined
}

/** The values of a field on an axis: numbers, or, as soon as one is text, categories in their order. */
export type Scale = { readonly isNumber: boolean; readonly categories: readonly string[] }

export function scaleOf(values: readonly (number | string | undefined)[]): Scale {
  const known = values.filter((value) => value !== undefined)
  if (known.every((value) => typeof value === 'number')) return { isNumber: true, categories: [] }
  const categories = [...new Set(known.map(String))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return { isNumber: false, categories }
}
