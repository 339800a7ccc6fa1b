import type { Estimate } from '@regia/core'

/** Three significant digits, as people look at them; whole numbers whole. */
export function formatNumber(value: number | undefined | null): string {
  if (value === undefined || value === null) return '–'
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  if (size < 1e-4) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}

/** Scores and rates: always three decimals, so that columns line up. */
export const formatScore = (value: number | undefined | null): string =>
  value === undefined || value === null ? '–' : value.toFixed(3)

export function formatEstimate(estimate: Estimate | undefined): string {
  if (!estimate) return '–'
  const { interval } = estimate
  return interval
    ? `${formatScore(estimate.value)} [${formatScore(interval.lower)}, ${formatScore(interval.upper)}]`
    : formatScore(estimate.value)
}

export function formatDuration(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

/** A timestamp as a person reads it: UTC, to the second. */
export const formatTime = (iso: string | undefined): string => (iso ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}` : '–')

export const formatValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export const plural = (count: number, word: string): string =>
  `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`

export const spanMs = (from: string | undefined, until: string | undefined): number | undefined =>
  from && until ? Date.parse(until) - Date.parse(from) : undefined
