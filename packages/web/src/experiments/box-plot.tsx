import type { TrackedRun } from '@regia/core'
import { BoxplotChart } from 'echarts/charts'
import { type EChartsCoreOption, use } from 'echarts/core'
import { useCallback, useMemo } from 'react'
import { Chart } from '../charts/chart.tsx'
import { ChartFrame } from '../charts/chart-frame.tsx'
import type { Palette } from '../charts/palette.ts'
import { formatNumber } from '../kernel/format.ts'
import { type Box, boxes } from './box-model.ts'
import { fieldAxis, tooltipBox } from './chart-axes.ts'
import { escapeHtml } from './escape-html.ts'
import classes from './experiments.module.css'
import { type Field, fieldOf } from './field.ts'
import { type FieldChoices, FieldPicker } from './field-picker.tsx'
import type { RunsSearch } from './search.ts'

use([BoxplotChart])

type BoxPlotProps = {
  readonly runs: readonly TrackedRun[]
  readonly by: string
  readonly metric: string
  readonly choices: FieldChoices
  readonly onSearch: (next: RunsSearch) => void
}

/** How a metric is spread for each value of a param. */
export default function BoxPlot({ runs, by, metric, choices, onSearch }: BoxPlotProps) {
  const [byField, metricField] = [useMemo(() => fieldOf(by), [by]), useMemo(() => fieldOf(metric), [metric])]
  const drawn = useMemo(() => boxes(runs, byField, metricField), [runs, byField, metricField])
  const option = useCallback(
    (palette: Palette) => boxOption(drawn, byField, metricField, palette),
    [drawn, byField, metricField],
  )
  return (
    <ChartFrame
      title="Spread by value"
      name={`${metricField.key} by ${byField.key}, as boxes`}
      note="median, quartiles, and the farthest values within 1.5 boxes; the rest as dots"
      data={() => ({
        columns: [by, 'runs', 'low', 'lower quartile', 'median', 'upper quartile', 'high'],
        rows: drawn.map((box) => [box.value, box.count, box.low, box.lower, box.median, box.upper, box.high]),
      })}
    >
      <div className={classes.pickers}>
        <FieldPicker label="For each" value={by} choices={choices} onChange={(next) => onSearch({ box: next })} />
        <FieldPicker label="Spread of" value={metric} choices={choices} onChange={(next) => onSearch({ sy: next })} />
      </div>
      <Chart label={`${metricField.key} by ${byField.key}`} height={300} option={option} />
    </ChartFrame>
  )
}

function boxOption(drawn: readonly Box[], by: Field, metric: Field, palette: Palette): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: 54, right: 18, top: 26, bottom: 44 },
    xAxis: fieldAxis(by, { isNumber: false, categories: drawn.map(({ value }) => value) }, palette, false),
    yAxis: fieldAxis(metric, { isNumber: true, categories: [] }, palette, true),
    tooltip: {
      ...tooltipBox(palette),
      formatter: ({ dataIndex, seriesType, value }: Hovered) =>
        seriesType === 'boxplot' ? boxHtml(drawn[dataIndex], by) : formatNumber(Number(value[1])),
    },
    series: [
      {
        type: 'boxplot',
        boxWidth: [8, 44],
        itemStyle: { color: palette.sunken, borderColor: palette.champion, borderWidth: 1.4 },
        data: drawn.map(({ low, lower, median, upper, high }) => [low, lower, median, upper, high]),
      },
      {
        type: 'scatter',
        symbolSize: 5,
        itemStyle: { color: palette.champion, opacity: 0.6 },
        data: drawn.flatMap((box, i) => box.outliers.map((value) => [i, value])),
      },
    ],
  }
}

type Hovered = { readonly dataIndex: number; readonly seriesType: string; readonly value: readonly unknown[] }

function boxHtml(box: Box | undefined, by: Field): string {
  if (!box) return ''
  return `<b>${escapeHtml(`${by.key} ${box.value}`)}</b> · ${box.count} runs<br>median ${formatNumber(box.median)}<br>half of them ${formatNumber(box.lower)} to ${formatNumber(box.upper)}`
}
