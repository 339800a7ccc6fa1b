import { decodeNumber, type LoggedNumber, type MetricCurve } from '@regia/core'
import type { ChartData } from '../charts/chart-data.ts'
import { smooth } from './smoothing.ts'

/** The curve of one run, ready to be drawn. */
export type MetricLine = {
  readonly run: string
  readonly name: string
  /** Its place among the runs of the page, which gives its colour. */
  readonly place: number
  readonly x: readonly number[]
  readonly value: readonly (number | null)[]
  readonly smoothed: readonly (number | null)[]
  readonly band: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] } | undefined
  readonly pointCount: number
  readonly isReduced: boolean
}

type LineOptions = { readonly weight: number; readonly isLog: boolean; readonly names: ReadonlyMap<string, string> }

/** Curves as lines; what a scale cannot show is a gap. */
export function metricLines(
  curves: readonly MetricCurve[],
  { weight, isLog, names }: LineOptions,
): readonly MetricLine[] {
  const places = new Map([...names.keys()].map((run, i) => [run, i]))
  const plain = (values: readonly (LoggedNumber | null)[]) => values.map((value) => drawable(value, isLog))
  return curves
    .filter((curve) => curve.x.length > 0)
    .map((curve) => {
      const value = plain(curve.value)
      return {
        run: curve.run,
        name: names.get(curve.run) ?? curve.run,
        place: places.get(curve.run) ?? 0,
        x: curve.x,
        value,
        smoothed: smooth(value, weight),
        band: curve.min && curve.max && { low: plain(curve.min), high: plain(curve.max) },
        pointCount: curve.pointCount,
        isReduced: curve.isReduced,
      }
    })
}

function drawable(value: LoggedNumber | null, isLog: boolean): number | null {
  const number = value === null ? Number.NaN : decodeNumber(value)
  return Number.isFinite(number) && (!isLog || number > 0) ? number : null
}

/** The numbers behind the lines, one row a point. */
export const linesTable = (lines: readonly MetricLine[], x: string): ChartData => ({
  columns: ['run', x, 'value', 'least', 'greatest'],
  rows: lines.flatMap((line) =>
    line.x.map((at, i) => [
      line.name,
      at,
      line.value[i] ?? null,
      line.band?.low[i] ?? null,
      line.band?.high[i] ?? null,
    ]),
  ),
})
