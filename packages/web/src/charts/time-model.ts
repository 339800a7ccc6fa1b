import type { ChartData } from './chart-data.ts'
import type { ToneName } from './palette.ts'
import { type AxisRange, spanRange } from './span-range.ts'
import { roundUp } from './ticks.ts'

/** A value over time; `null` is a gap, and stays one. Times are milliseconds since 1970. */
export type TimeSeries = {
  readonly name: string
  readonly tone: ToneName
  readonly points: readonly (readonly [number, number | null])[]
  /** Interval around the line: time, lower, upper. */
  readonly band?: readonly (readonly [number, number | null, number | null])[]
  readonly isDashed?: boolean
  readonly kind?: 'line' | 'bars'
  /** Without a name at its end: where the panel above has already said which line is which. */
  readonly isUnlabelled?: boolean
}

/** Series that share a vertical axis. */
export type TimePanel = {
  readonly title?: string
  readonly heightPx: number
  readonly series: readonly TimeSeries[]
  readonly threshold?: { readonly value: number; readonly label: string } | undefined
  readonly format: (value: number) => string
  /** Rates and counts start at zero; fractions span 0 to 1; a score spans at least so much. */
  readonly scale: 'zero' | 'fraction' | { readonly minimumSpan: number }
}

/** Something that happened, drawn as a thin labelled line through every panel. */
export type TimeMark = { readonly at: number; readonly label: string }

export type TimeModel = {
  readonly panels: readonly TimePanel[]
  readonly marks?: readonly TimeMark[]
  readonly from?: number | undefined
  readonly until?: number | undefined
}

/** A panel's axis: honest about where it starts, and never so narrow that noise looks like change. */
export function axisRange(panel: TimePanel): AxisRange {
  if (panel.scale === 'fraction') return { min: 0, max: 1, ticks: [0, 1] }
  const values = valuesOf(panel)
  const high = Math.max(...values, panel.threshold?.value ?? Number.NEGATIVE_INFINITY)
  if (panel.scale === 'zero') {
    const max = roundUp(high * 1.04)
    return { min: 0, max, ticks: panel.heightPx < 60 ? [0, max] : [0, max / 2, max] }
  }
  const low = Math.min(...values, panel.threshold?.value ?? Number.POSITIVE_INFINITY)
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { min: 0, max: 1, ticks: [0, 1] }
  const missing = Math.max(0, panel.scale.minimumSpan - (high - low))
  return spanRange(low - missing / 2, high + missing / 2)
}

function valuesOf(panel: TimePanel): number[] {
  const values: number[] = []
  for (const series of panel.series) {
    for (const [, value] of series.points) if (value !== null) values.push(value)
    for (const [, lower, upper] of series.band ?? []) if (lower !== null && upper !== null) values.push(lower, upper)
  }
  return values
}

/** The marks whose labels have room, given the pixels of the axis; the lines of the others stay. */
export function labelledMarks(marks: readonly TimeMark[], from: number, until: number, widthPx: number): Set<TimeMark> {
  const shown = new Set<TimeMark>()
  let free = Number.NEGATIVE_INFINITY
  for (const mark of [...marks].sort((a, b) => a.at - b.at)) {
    const x = ((mark.at - from) / Math.max(1, until - from)) * widthPx
    const length = mark.label.length * 6 + 10
    if (x < free || x + length > widthPx + 60) continue
    shown.add(mark)
    free = x + length
  }
  return shown
}

/** First and last moment of everything that is drawn. */
export function timeExtent({ panels, from, until }: TimeModel): readonly [number, number] {
  const times = panels.flatMap((panel) => panel.series.flatMap((series) => series.points.map(([at]) => at)))
  const low = from ?? times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
  const high = until ?? times.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY)
  return [low, high]
}

/** One row a moment, one column a series. */
export function timeTable({ panels }: TimeModel): ChartData {
  const all = panels.flatMap((panel) => panel.series)
  const moments = [...new Set(all.flatMap((series) => series.points.map(([at]) => at)))].sort((a, b) => a - b)
  const lookups = all.map((series) => new Map(series.points))
  return {
    columns: ['time', ...all.map((series) => series.name)],
    rows: moments.map((at) => [new Date(at).toISOString(), ...lookups.map((lookup) => lookup.get(at) ?? null)]),
  }
}
