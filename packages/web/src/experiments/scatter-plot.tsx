import type { TrackedRun } from '@regia/core'
import { useNavigate } from '@tanstack/react-router'
import type { EChartsCoreOption } from 'echarts/core'
import { useCallback, useMemo } from 'react'
import { Chart } from '../charts/chart.tsx'
import { ChartFrame } from '../charts/chart-frame.tsx'
import type { Palette } from '../charts/palette.ts'
import { plural } from '../kernel/format.ts'
import { fieldAxis, fieldFormat, tooltipBox } from './chart-axes.ts'
import { escapeHtml } from './escape-html.ts'
import classes from './experiments.module.css'
import { type Field, fieldOf } from './field.ts'
import { type FieldChoices, FieldPicker } from './field-picker.tsx'
import { runValue, scaleOf } from './run-value.ts'
import type { RunsSearch } from './search.ts'

type ScatterPlotProps = {
  readonly runs: readonly TrackedRun[]
  readonly x: string
  readonly y: string
  readonly choices: FieldChoices
  readonly selected: readonly string[]
  readonly onSearch: (next: RunsSearch) => void
}
type Point = { readonly run: TrackedRun; readonly x: number | string; readonly y: number | string }

/** Each run at what it was given and what came out. A click opens it. */
export function ScatterPlot({ runs, x, y, choices, selected, onSearch }: ScatterPlotProps) {
  const navigate = useNavigate()
  const [xField, yField] = [useMemo(() => fieldOf(x), [x]), useMemo(() => fieldOf(y), [y])]
  const points = useMemo(() => pointsOf(runs, xField, yField), [runs, xField, yField])
  const option = useCallback(
    (palette: Palette) => scatterOption(points, xField, yField, selected, palette),
    [points, xField, yField, selected],
  )
  const open = useCallback(
    (point: { readonly seriesName: string; readonly dataIndex: number }) => {
      const run = points[point.dataIndex]?.run
      if (run) void navigate({ to: '/experiments/$id/runs/$runId', params: { id: run.experimentId, runId: run.id } })
    },
    [points, navigate],
  )
  const name = `${yField.key} by ${xField.key}`
  return (
    <ChartFrame
      title="Scatter"
      name={name}
      note={`${plural(points.length, 'run')} with both`}
      data={() => ({
        columns: ['run', x, y],
        rows: points.map((point) => [point.run.name, point.x, point.y]),
      })}
    >
      <div className={classes.pickers}>
        <FieldPicker label="Across" value={x} choices={choices} onChange={(sx) => onSearch({ sx })} />
        <FieldPicker label="Up" value={y} choices={choices} onChange={(sy) => onSearch({ sy })} />
      </div>
      <Chart label={name} height={300} option={option} onPoint={open} />
    </ChartFrame>
  )
}

const pointsOf = (runs: readonly TrackedRun[], x: Field, y: Field): readonly Point[] =>
  runs.flatMap((run) => {
    const [across, up] = [runValue(run, x), runValue(run, y)]
    return across === undefined || up === undefined ? [] : [{ run, x: across, y: up }]
  })

function scatterOption(
  points: readonly Point[],
  x: Field,
  y: Field,
  selected: readonly string[],
  palette: Palette,
): EChartsCoreOption {
  const [xScale, yScale] = [scaleOf(points.map((point) => point.x)), scaleOf(points.map((point) => point.y))]
  const chosen = new Set(selected)
  const text = (field: Field, value: number | string) =>
    escapeHtml(typeof value === 'number' ? fieldFormat(field)(value) : value)
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: 54, right: 18, top: 26, bottom: 44 },
    xAxis: fieldAxis(x, xScale, palette, false),
    yAxis: fieldAxis(y, yScale, palette, true),
    tooltip: {
      ...tooltipBox(palette),
      formatter: ({ dataIndex }: { readonly dataIndex: number }) => {
        const point = points[dataIndex]
        if (!point) return ''
        return `<b>${escapeHtml(point.run.name)}</b><br>${escapeHtml(x.key)}: ${text(x, point.x)}<br>${escapeHtml(y.key)}: ${text(y, point.y)}`
      },
    },
    series: [
      {
        type: 'scatter',
        large: points.length > 3_000,
        symbolSize: points.length > 500 ? 5 : 8,
        data: points.map((point) => ({
          value: [xScale.isNumber ? point.x : String(point.x), yScale.isNumber ? point.y : String(point.y)],
          itemStyle: chosen.has(point.run.id)
            ? { color: palette.challenger, opacity: 1 }
            : { color: palette.champion, opacity: 0.6 },
        })),
      },
    ],
  }
}
