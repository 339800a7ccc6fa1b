import { MultiSelect } from '@mantine/core'
import type { TrackedRun } from '@regia/core'
import { ParallelChart } from 'echarts/charts'
import { ParallelComponent } from 'echarts/components'
import { type EChartsCoreOption, use } from 'echarts/core'
import { useCallback, useMemo } from 'react'
import { Chart } from '../charts/chart.tsx'
import { ChartFrame } from '../charts/chart-frame.tsx'
import type { Palette } from '../charts/palette.ts'
import { plural } from '../kernel/format.ts'
import { fieldFormat, tooltipBox } from './chart-axes.ts'
import { escapeHtml } from './escape-html.ts'
import { type Field, fieldOf } from './field.ts'
import type { FieldChoices } from './field-picker.tsx'
import { mixColors } from './mix-colors.ts'
import { readColor } from './run-colors.ts'
import { runValue, type Scale, scaleOf } from './run-value.ts'
import type { RunsSearch } from './search.ts'

use([ParallelChart, ParallelComponent])

const MOST_AXES = 10

type ParallelPlotProps = {
  readonly runs: readonly TrackedRun[]
  readonly axes: readonly string[]
  readonly choices: FieldChoices
  readonly onSearch: (next: RunsSearch) => void
}
type Line = { readonly run: TrackedRun; readonly values: readonly (number | string)[] }

/** Each run as a line through what it was given and what came out; the darker, the greater on the last axis. */
export default function ParallelPlot({ runs, axes, choices, onSearch }: ParallelPlotProps) {
  const fields = useMemo(() => axes.slice(0, MOST_AXES).map(fieldOf), [axes])
  const lines = useMemo(() => linesOf(runs, fields), [runs, fields])
  const option = useCallback((palette: Palette) => parallelOption(lines, fields, palette), [lines, fields])
  return (
    <ChartFrame
      title="Parallel coordinates"
      name="parallel coordinates"
      note={`${plural(lines.length, 'run')} with all of these; drag along an axis to keep only a part of it`}
      data={() => ({
        columns: ['run', ...axes],
        rows: lines.map(({ run, values }) => [run.name, ...values]),
      })}
    >
      <MultiSelect
        aria-label="Axes"
        placeholder={axes.length === 0 ? 'Axes' : ''}
        size="xs"
        data={choices.map(({ group, items }) => ({
          group,
          items: items.map((id) => ({ value: id, label: fieldOf(id).key })),
        }))}
        value={[...axes]}
        onChange={(next) => onSearch({ axes: next.join(',') || undefined })}
        maxValues={MOST_AXES}
        searchable
        mb={8}
      />
      {fields.length < 2 ? (
        <p>Choose at least two axes.</p>
      ) : (
        <Chart label="Parallel coordinates" height={340} option={option} />
      )}
    </ChartFrame>
  )
}

const linesOf = (runs: readonly TrackedRun[], fields: readonly Field[]): readonly Line[] =>
  runs.flatMap((run) => {
    const values = fields.map((field) => runValue(run, field)).filter((value) => value !== undefined)
    return values.length === fields.length ? [{ run, values }] : []
  })

function parallelOption(lines: readonly Line[], fields: readonly Field[], palette: Palette): EChartsCoreOption {
  const scales = fields.map((_, i) => scaleOf(lines.map(({ values }) => values[i])))
  const shade = shadeOf(lines, palette)
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    parallel: { left: 44, right: 60, top: 36, bottom: 20 },
    tooltip: {
      ...tooltipBox(palette),
      formatter: ({ dataIndex }: { readonly dataIndex: number }) => escapeHtml(lines[dataIndex]?.run.name ?? ''),
    },
    parallelAxis: fields.map((field, dim) => axis(field, dim, scales[dim], palette)),
    series: [
      {
        type: 'parallel',
        smooth: false,
        progressive: 500,
        // Many lines over each other would be one surface.
        lineStyle: { width: 1.1, opacity: Math.min(0.75, 6 / Math.sqrt(lines.length)) },
        inactiveOpacity: 0.04,
        activeOpacity: 0.9,
        data: lines.map((line, i) => ({
          name: line.run.name,
          value: line.values.map((value, dim) => (scales[dim]?.isNumber ? value : String(value))),
          lineStyle: { color: shade(i) },
        })),
      },
    ],
  }
}

function axis(field: Field, dim: number, scale: Scale | undefined, palette: Palette) {
  const isNumber = scale?.isNumber ?? true
  const name = field.key.length > 18 ? `${field.key.slice(0, 17)}…` : field.key
  return {
    dim,
    name,
    type: isNumber ? 'value' : 'category',
    scale: true,
    ...(!isNumber && { data: scale?.categories ?? [] }),
    nameTextStyle: { color: palette.ink2, fontSize: 11, fontWeight: field.kind === 'metric' ? 600 : 400 },
    axisLine: { lineStyle: { color: palette.lineStrong } },
    axisTick: { show: false },
    axisLabel: { color: palette.ink3, fontSize: 11, ...(isNumber && { formatter: fieldFormat(field) }) },
    areaSelectStyle: {
      width: 16,
      color: palette.champion,
      opacity: 0.18,
      borderWidth: 1,
      borderColor: palette.champion,
    },
  }
}

/** From grey to blue by where a run stands on the last axis. */
function shadeOf(lines: readonly Line[], palette: Palette): (index: number) => string {
  const last = lines.map(({ values }) => values.at(-1))
  const numbers = last.filter((value) => typeof value === 'number')
  const low = numbers.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = numbers.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const to = readColor('--run-1')
  return (index) => {
    const value = last[index]
    if (typeof value !== 'number' || high <= low) return palette.champion
    return mixColors(palette.reference, to, (value - low) / (high - low))
  }
}
