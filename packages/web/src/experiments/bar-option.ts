import type { EChartsCoreOption } from 'echarts/core'
import type { Palette } from '../charts/palette.ts'
import { formatNumber } from '../kernel/format.ts'
import { tooltipBox } from './chart-axes.ts'
import { escapeHtml } from './escape-html.ts'
import type { MetricLine } from './metric-lines.ts'
import { readColor, runStroke } from './run-colors.ts'

/** A metric that was logged once has no curve: a bar a run, from zero, since the length is what is compared. */
export function barOption(lines: readonly MetricLine[], palette: Palette): EChartsCoreOption {
  const shown = lines.toReversed()
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: 118, right: 52, top: 6, bottom: 24 },
    tooltip: {
      ...tooltipBox(palette),
      formatter: ({ dataIndex }: { readonly dataIndex: number }) => {
        const line = shown[dataIndex]
        return line ? `${escapeHtml(line.name)} <b>${formatNumber(line.value[0])}</b>` : ''
      },
    },
    xAxis: {
      type: 'value',
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.ink3, fontSize: 11, hideOverlap: true, formatter: formatNumber },
    },
    yAxis: {
      type: 'category',
      data: shown.map(({ name }) => (name.length > 17 ? `${name.slice(0, 16)}…` : name)),
      axisLine: { lineStyle: { color: palette.lineStrong } },
      axisTick: { show: false },
      axisLabel: { color: palette.ink2, fontSize: 11 },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 14,
        data: shown.map(({ value, place }) => ({
          value: value[0] ?? null,
          itemStyle: { color: readColor(runStroke(place).variable) },
        })),
        label: {
          show: true,
          position: 'right',
          color: palette.ink2,
          fontSize: 11,
          formatter: ({ value }: { readonly value: unknown }) => (typeof value === 'number' ? formatNumber(value) : ''),
        },
      },
    ],
  }
}
