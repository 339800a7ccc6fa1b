import type { EChartsCoreOption } from 'echarts/core'
import { useCallback } from 'react'
import { formatNumber } from '../kernel/format.ts'
import { Chart } from './chart.tsx'
import type { Palette, ToneName } from './palette.ts'
import { spanRange } from './span-range.ts'
import { sparkRange } from './spark-range.ts'
import { spreadLabels } from './ticks.ts'

export type StepSeries = { readonly name: string; readonly points: readonly (readonly [number, number])[] }

const HEIGHT = 190
const TOP = 10
const BOTTOM = 24
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
const TONES: readonly ToneName[] = ['champion', 'challenger', 'ink2', 'reference']

/** Lines over training steps. */
export function StepChart({ label, series }: { readonly label: string; readonly series: readonly StepSeries[] }) {
  const option = useCallback((palette: Palette) => stepOption(series, palette), [series])
  return <Chart label={label} height={HEIGHT} option={option} />
}

function stepOption(series: readonly StepSeries[], palette: Palette): EChartsCoreOption {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value))
  const { min, max, ticks } = spanRange(...sparkRange(values, 1e-6, false))
  const shifts = spreadLabels(
    series.map(({ points }) => (1 - ((points.at(-1)?.[1] ?? min) - min) / (max - min)) * PLOT_HEIGHT),
    13,
  )
  const axisLabel = { color: palette.ink3, fontSize: 11, hideOverlap: true }
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: 48, right: 88, top: TOP, bottom: BOTTOM },
    xAxis: {
      type: 'value',
      min: 'dataMin',
      max: 'dataMax',
      axisLine: { lineStyle: { color: palette.lineStrong } },
      splitLine: { show: false },
      axisLabel,
    },
    yAxis: {
      type: 'value',
      min,
      max,
      axisLine: { show: false },
      axisTick: { show: false, customValues: ticks },
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...axisLabel, customValues: ticks, formatter: formatNumber },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: palette.panel,
      borderColor: palette.lineStrong,
      textStyle: { color: palette.ink, fontSize: 11.5 },
      valueFormatter: (value: unknown) => formatNumber(Number(value)),
    },
    series: series.map(({ name, points }, i) => {
      const color = palette[TONES[i % TONES.length] ?? 'ink2']
      return {
        name,
        type: 'line',
        data: points,
        showSymbol: points.length < 3,
        lineStyle: { color, width: 1.6 },
        itemStyle: { color },
        endLabel: {
          show: true,
          formatter: name.length > 13 ? `${name.slice(0, 12)}…` : name,
          color,
          fontSize: 11,
          fontWeight: 600,
          offset: [0, shifts[i] ?? 0],
        },
      }
    }),
  }
}
