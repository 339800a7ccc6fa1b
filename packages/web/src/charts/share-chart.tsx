import type { EChartsCoreOption } from 'echarts/core'
import { useCallback } from 'react'
import { formatPercent } from '../kernel/format.ts'
import { formatExact } from '../kernel/time.ts'
import { Chart } from './chart.tsx'
import type { ChartData } from './chart-data.ts'
import type { Palette, ToneName } from './palette.ts'
import { timeTicks } from './ticks.ts'

/** A part of a whole over time: time in milliseconds since 1970, and a fraction that holds until the next. */
export type ShareSeries = {
  readonly name: string
  readonly tone: ToneName
  readonly points: readonly (readonly [number, number])[]
}

const HEIGHT = 190
const GRID = { left: 46, right: 64, top: 10, bottom: 24 }
const PX_PER_TICK = 80

/** Parts of a whole over time, one above the other in steps. */
export function ShareChart({ label, series }: { readonly label: string; readonly series: readonly ShareSeries[] }) {
  const option = useCallback((palette: Palette, width: number) => shareOption(series, palette, width), [series])
  return <Chart label={label} height={HEIGHT} option={option} />
}

/** One row a moment, one column a part. */
export function shareTable(series: readonly ShareSeries[]): ChartData {
  const moments = series[0]?.points.map(([at]) => at) ?? []
  return {
    columns: ['time', ...series.map(({ name }) => name)],
    rows: moments.map((at, i) => [new Date(at).toISOString(), ...series.map(({ points }) => points[i]?.[1] ?? null)]),
  }
}

function shareOption(series: readonly ShareSeries[], palette: Palette, width: number): EChartsCoreOption {
  const times = series[0]?.points.map(([at]) => at) ?? []
  const [from, until] = [times[0] ?? 0, times.at(-1) ?? 1]
  const ticks = timeTicks(from, until, Math.max(2, Math.floor((width - GRID.left - GRID.right) / PX_PER_TICK)))
  const axisLabel = { color: palette.ink3, fontSize: 11 }
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: GRID,
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: palette.panel,
      borderColor: palette.lineStrong,
      textStyle: { color: palette.ink, fontSize: 11.5 },
      axisPointer: { lineStyle: { color: palette.ink3 }, label: { formatter: () => '' } },
      valueFormatter: (value: unknown) => formatPercent(Number(value)),
    },
    xAxis: {
      type: 'time',
      min: from,
      max: until,
      axisLine: { lineStyle: { color: palette.lineStrong } },
      axisTick: { customValues: ticks, lineStyle: { color: palette.lineStrong } },
      splitLine: { show: false },
      axisPointer: { label: { formatter: ({ value }: { readonly value: number }) => formatExact(value) } },
      axisLabel: {
        ...axisLabel,
        customValues: ticks,
        formatter: (at: number) => new Date(at).toISOString().slice(11, 16),
      },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: 1,
      axisLine: { show: false },
      axisTick: { show: false, customValues: [0, 0.5, 1] },
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...axisLabel, customValues: [0, 0.5, 1], formatter: formatPercent },
    },
    series: series.map(({ name, tone, points }) => ({
      name,
      type: 'line',
      step: 'end',
      stack: 'shares',
      data: points,
      showSymbol: false,
      lineStyle: { color: palette[tone], width: 1 },
      itemStyle: { color: palette[tone] },
      areaStyle: { color: palette[tone], opacity: 0.32 },
      endLabel: {
        show: isReadable(points),
        formatter: name,
        color: palette.ink2,
        fontSize: 11,
        fontWeight: 600,
        offset: [0, middleOf(points)],
      },
    })),
  }
}

const last = (points: ShareSeries['points']) => points.at(-1)?.[1] ?? 0
// A label fits beside a part that is as high as a line of text.
const isReadable = (points: ShareSeries['points']) => last(points) * (HEIGHT - GRID.top - GRID.bottom) >= 12
/** The end of a stacked line is the upper edge of its part; its name belongs in the middle. */
const middleOf = (points: ShareSeries['points']) => (last(points) * (HEIGHT - GRID.top - GRID.bottom)) / 2
