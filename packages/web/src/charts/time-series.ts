import type { Palette } from './palette.ts'
import { spreadLabels } from './ticks.ts'
import { axisRange, type TimePanel, type TimeSeries } from './time-model.ts'

/** A panel's series, their labels moved apart where their ends meet. */
export function drawPanel(
  panel: TimePanel,
  index: number,
  until: number,
  span: number,
  palette: Palette,
): readonly object[] {
  const shifts = labelShifts(panel, (at) => at > until - span * LATE)
  return panel.series.flatMap((series) => drawSeries(series, index, palette, shifts.get(series) ?? 0))
}

// What ends in the last part of the axis has its label in the margin, where labels may meet.
const LATE = 0.04
const LABEL_PX = 13

function labelShifts(panel: TimePanel, isLate: (at: number) => boolean): ReadonlyMap<TimeSeries, number> {
  const { min, max } = axisRange(panel)
  const heightOf = (value: number) => (1 - (value - min) / (max - min)) * panel.heightPx
  const ends = panel.series.flatMap((series) => {
    const last =
      series.kind === 'bars' || series.isUnlabelled ? undefined : series.points.findLast(([, value]) => value !== null)
    return last && isLate(last[0]) ? [{ series, height: heightOf(last[1] ?? min) }] : []
  })
  const heights = ends.map(({ height }) => height)
  const shifts = spreadLabels(panel.threshold ? [...heights, heightOf(panel.threshold.value)] : heights, LABEL_PX)
  // The threshold's label stays at its line: whoever was moved from it moves by its share too.
  const ofThreshold = shifts[ends.length] ?? 0
  return new Map(ends.map(({ series }, i) => [series, shifts[i] === 0 ? 0 : (shifts[i] ?? 0) - ofThreshold]))
}

function drawSeries(series: TimeSeries, index: number, palette: Palette, labelShift: number): readonly object[] {
  const color = palette[series.tone]
  const base = { name: series.name, xAxisIndex: index, yAxisIndex: index, data: series.points }
  if (series.kind === 'bars') {
    return [{ ...base, type: 'bar', itemStyle: { color, opacity: 0.55 }, barMaxWidth: 14, barCategoryGap: '12%' }]
  }
  const line = {
    ...base,
    type: 'line',
    showSymbol: true,
    symbol: 'circle',
    symbolSize: (_: unknown, { dataIndex }: { readonly dataIndex: number }) => (isLone(series, dataIndex) ? 4 : 0),
    connectNulls: false,
    lineStyle: { color, width: 1.8, type: series.isDashed ? [4, 3] : 'solid' },
    itemStyle: { color },
    endLabel: {
      show: series.isUnlabelled !== true,
      formatter: shorten(series.name),
      color,
      fontSize: 11,
      fontWeight: 600,
      distance: 6,
      offset: [0, labelShift],
      // Over a line that goes on where this one ends the name stays readable.
      backgroundColor: palette.panel,
      padding: [0, 2],
    },
    z: 3,
  }
  return series.band ? [...band(series, index, color), line] : [line]
}

// A value between two gaps has no line to either side; only a dot can show it.
const isLone = ({ points }: TimeSeries, i: number) => points[i - 1]?.[1] == null && points[i + 1]?.[1] == null

const shorten = (name: string) => (name.length > 14 ? `${name.slice(0, 13)}…` : name)

// ECharts draws no bands: an invisible line at the lower bound carries the height up to the upper one.
function band(series: TimeSeries, index: number, color: string) {
  const lower = (series.band ?? []).map(([at, low]) => [at, low])
  const height = (series.band ?? []).map(([at, low, high]) => [at, low === null || high === null ? null : high - low])
  const base = {
    type: 'line',
    name: '',
    xAxisIndex: index,
    yAxisIndex: index,
    stack: `band-${series.name}-${index}`,
    stackStrategy: 'all',
    symbol: 'none',
    lineStyle: { opacity: 0 },
    silent: true,
    tooltip: { show: false },
    z: 1,
  }
  return [
    { ...base, data: lower },
    { ...base, data: height, areaStyle: { color, opacity: 0.16 } },
  ]
}
