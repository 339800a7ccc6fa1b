import type { EChartsCoreOption } from 'echarts/core'
import type { Palette } from '../charts/palette.ts'
import { formatDuration, formatNumber } from '../kernel/format.ts'
import { formatExact, formatMinute } from '../kernel/time.ts'
import { lineTooltip } from './line-tooltip.ts'
import type { MetricLine } from './metric-lines.ts'
import { readColor, runStroke } from './run-colors.ts'

export type XAxis = 'step' | 'time' | 'elapsed'
const MOST_LABELLED = 6

const X_TEXT: Readonly<Record<XAxis, (value: number) => string>> = {
  step: (value) => formatNumber(value),
  elapsed: (value) => formatDuration(value),
  time: (value) => formatMinute(value),
}
export const exactX: Readonly<Record<XAxis, (value: number) => string>> = {
  step: (value) => `step ${value.toLocaleString('en-US')}`,
  elapsed: (value) => `after ${formatDuration(value)}`,
  time: (value) => formatExact(value),
}

export const LINE_LEFT = 54
const isLabelled = (lines: readonly MetricLine[]) => lines.length <= MOST_LABELLED && lines.length > 1
/** Names stand at the ends of few lines. */
export const lineRight = (lines: readonly MetricLine[]): number => (isLabelled(lines) ? 92 : 18)

/** Lines of many runs over one axis: reduced ones with the band of least and greatest, smoothed ones over their raw selves. */
export function lineOption(
  lines: readonly MetricLine[],
  x: XAxis,
  isLog: boolean,
  palette: Palette,
): EChartsCoreOption {
  const hasNames = isLabelled(lines)
  const axisLabel = { color: palette.ink3, fontSize: 11, hideOverlap: true }
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: LINE_LEFT, right: lineRight(lines), top: 12, bottom: 26 },
    xAxis: {
      type: x === 'time' ? 'time' : 'value',
      min: 'dataMin',
      max: 'dataMax',
      axisLine: { onZero: false, lineStyle: { color: palette.lineStrong } },
      splitLine: { show: false },
      axisLabel: { ...axisLabel, formatter: X_TEXT[x] },
    },
    yAxis: {
      type: isLog ? 'log' : 'value',
      scale: true,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...axisLabel, formatter: formatNumber },
    },
    tooltip: lineTooltip(lines, exactX[x], palette),
    series: lines.flatMap((line) => drawLine(line, hasNames, palette)),
  }
}

function drawLine(line: MetricLine, hasName: boolean, palette: Palette): readonly object[] {
  const stroke = runStroke(line.place)
  const color = readColor(stroke.variable)
  const isSmooth = line.smoothed !== line.value
  const pairs = (values: readonly (number | null)[]) => line.x.map((x, i) => [x, values[i] ?? null])
  const base = { type: 'line', name: line.name, connectNulls: false, itemStyle: { color } }
  return [
    ...(line.band ? drawBand(line, color, pairs) : []),
    ...(isSmooth
      ? [
          {
            ...base,
            name: '',
            data: pairs(line.value),
            showSymbol: false,
            silent: true,
            lineStyle: { color, width: 1, opacity: 0.28 },
            z: 2,
          },
        ]
      : []),
    {
      ...base,
      data: pairs(line.smoothed),
      showSymbol: line.x.length < 3,
      symbol: 'circle',
      symbolSize: 5,
      lineStyle: { color, width: 1.7, type: stroke.dash },
      emphasis: { focus: 'series', lineStyle: { width: 2.4 } },
      endLabel: {
        show: hasName,
        formatter: line.name.length > 13 ? `${line.name.slice(0, 12)}…` : line.name,
        color,
        fontSize: 11,
        fontWeight: 600,
        backgroundColor: palette.panel,
      },
      labelLayout: { moveOverlap: 'shiftY' },
      z: 3,
    },
  ]
}

// ECharts draws no bands: an invisible line at the lower bound carries the height up to the upper one.
function drawBand({ band, run }: MetricLine, color: string, pairs: (values: readonly (number | null)[]) => unknown) {
  const low = band?.low ?? []
  const height = low.map((value, i) => {
    const high = band?.high[i]
    return value === null || high === null || high === undefined ? null : high - value
  })
  const base = {
    type: 'line',
    name: '',
    stack: `band-${run}`,
    stackStrategy: 'all',
    symbol: 'none',
    lineStyle: { opacity: 0 },
    silent: true,
    z: 1,
  }
  return [
    { ...base, data: pairs(low) },
    { ...base, data: pairs(height), areaStyle: { color, opacity: 0.16 } },
  ]
}
