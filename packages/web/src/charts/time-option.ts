import type { EChartsCoreOption } from 'echarts/core'
import { formatDay, formatExact } from '../kernel/time.ts'
import type { Palette } from './palette.ts'
import { axisRange, labelledMarks, type TimeModel, type TimePanel, type TimeSeries, timeExtent } from './time-model.ts'

const LEFT = 46
const RIGHT = 86
const TOP = 16
const GAP = 22
const BOTTOM = 22

export const timeChartHeight = ({ panels }: TimeModel): number =>
  panels.reduce((sum, panel) => sum + panel.heightPx + GAP, TOP - GAP + BOTTOM)

/** The chart of a model: panels under each other on one time axis, with one cursor through all of them. */
export function timeOption(model: TimeModel, palette: Palette, width: number): EChartsCoreOption {
  const [from, until] = timeExtent(model)
  const tops = model.panels.map((_, i) =>
    model.panels.slice(0, i).reduce((sum, each) => sum + each.heightPx + GAP, TOP),
  )
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: palette.ink3 } },
    tooltip: tooltip(palette, model),
    grid: model.panels.map((panel, i) => ({ left: LEFT, right: RIGHT, top: tops[i], height: panel.heightPx })),
    xAxis: model.panels.map((_, i) => timeAxis(i, i === model.panels.length - 1, from, until, palette)),
    yAxis: model.panels.map((panel, i) => valueAxis(panel, i, palette)),
    series: model.panels.flatMap((panel, i) => [
      ...panel.series.flatMap((series) => drawn(series, i, palette)),
      overlay(panel, i, model, palette, width - LEFT - RIGHT),
    ]),
  }
}

function timeAxis(index: number, isLast: boolean, from: number, until: number, palette: Palette) {
  const isLong = until - from > 3 * 86_400_000
  return {
    type: 'time',
    gridIndex: index,
    min: from,
    max: until,
    axisLine: { lineStyle: { color: palette.lineStrong } },
    axisTick: { show: false },
    splitLine: { show: false },
    splitNumber: 5,
    axisLabel: {
      show: isLast,
      color: palette.ink3,
      fontSize: 11,
      hideOverlap: true,
      formatter: (at: number) => (isLong ? formatDay(at) : new Date(at).toISOString().slice(11, 16)),
    },
  }
}

function valueAxis(panel: TimePanel, index: number, palette: Palette) {
  return {
    type: 'value',
    gridIndex: index,
    ...axisRange(panel),
    splitNumber: panel.heightPx < 70 ? 1 : 3,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.line } },
    axisPointer: { show: false },
    axisLabel: {
      color: palette.ink3,
      fontSize: 11,
      showMaxLabel: typeof panel.scale === 'string' ? null : false,
      showMinLabel: typeof panel.scale === 'string' ? null : false,
      hideOverlap: true,
      formatter: panel.format,
    },
    name: panel.title ?? '',
    nameLocation: 'end',
    nameGap: 6,
    nameTextStyle: { color: palette.ink3, fontSize: 11, align: 'left', padding: [0, 0, 0, -LEFT + 8] },
  }
}

function drawn(series: TimeSeries, index: number, palette: Palette): readonly object[] {
  const color = palette[series.tone]
  const base = { name: series.name, xAxisIndex: index, yAxisIndex: index, data: series.points }
  if (series.kind === 'bars') {
    return [{ ...base, type: 'bar', itemStyle: { color, opacity: 0.55 }, barMaxWidth: 14, barCategoryGap: '12%' }]
  }
  const line = {
    ...base,
    type: 'line',
    showSymbol: series.points.length < 3 || isBroken(series),
    symbol: 'circle',
    symbolSize: 3.5,
    connectNulls: false,
    lineStyle: { color, width: 1.8, type: series.isDashed ? [4, 3] : 'solid' },
    itemStyle: { color },
    endLabel: { show: true, formatter: shorten(series.name), color, fontSize: 11, fontWeight: 600, distance: 6 },
    labelLayout: { moveOverlap: 'shiftY' },
    z: 3,
  }
  return series.band ? [...band(series, index, color), line] : [line]
}

// A value between two gaps has no line to either side; only a dot can show it.
const isBroken = ({ points }: TimeSeries) =>
  points.some(([, value], i) => value !== null && points[i - 1]?.[1] == null && points[i + 1]?.[1] == null)

const shorten = (name: string) => (name.length > 13 ? `${name.slice(0, 12)}…` : name)

// ECharts draws no bands: an invisible line at the lower bound carries the height up to the upper one.
function band(series: TimeSeries, index: number, color: string) {
  const lower = (series.band ?? []).map(([at, low]) => [at, low])
  const height = (series.band ?? []).map(([at, low, high]) => [at, low === null || high === null ? null : high - low])
  const base = {
    type: 'line',
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
    { ...base, name: '', data: lower },
    { ...base, name: '', data: height, areaStyle: { color, opacity: 0.16 } },
  ]
}

function overlay(panel: TimePanel, index: number, model: TimeModel, palette: Palette, widthPx: number) {
  const [from, until] = timeExtent(model)
  const marks = (model.marks ?? []).filter((mark) => mark.at >= from && mark.at <= until)
  const labelled = labelledMarks(marks, from, until, widthPx)
  const lines = marks.map((mark) => ({
    xAxis: mark.at,
    lineStyle: { color: palette.lineStrong, type: [2, 3], width: 1 },
    label: {
      show: index === 0 && labelled.has(mark),
      formatter: mark.label,
      color: palette.ink2,
      position: 'insideEndTop',
    },
  }))
  const { threshold } = panel
  const limit = threshold && {
    yAxis: threshold.value,
    lineStyle: { color: palette.broken, type: [3, 3], width: 1 },
    label: { formatter: threshold.label, color: palette.broken, position: 'end', distance: 6 },
  }
  return {
    type: 'line',
    name: '',
    data: [],
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: { fontSize: 11, rotate: 0, align: 'left' },
      data: limit ? [...lines, limit] : lines,
    },
  }
}

type Hovered = {
  readonly seriesName?: string
  readonly value?: unknown
  readonly axisIndex?: number
  readonly color?: unknown
}

function tooltip(palette: Palette, model: TimeModel) {
  const all = model.panels.flatMap((panel) => panel.series.map((series) => ({ series, format: panel.format })))
  const formatter = (hovered: readonly Hovered[]) => {
    const at = Array.isArray(hovered[0]?.value) ? Number(hovered[0].value[0]) : undefined
    if (at === undefined) return ''
    const rows = all.flatMap(({ series, format }) => {
      const value = series.points.find(([each]) => each === at)?.[1]
      if (value === undefined) return []
      const interval = series.band?.find(([each]) => each === at)
      const around =
        interval && interval[1] !== null && interval[2] !== null
          ? ` (${format(interval[1])} to ${format(interval[2])})`
          : ''
      return `<div style="display:flex;gap:14px;justify-content:space-between"><span><i style="display:inline-block;width:9px;height:3px;margin-right:7px;vertical-align:3px;background:${palette[series.tone]}"></i>${escapeHtml(series.name)}</span><b style="font-weight:600">${value === null ? '–' : escapeHtml(format(value))}${escapeHtml(around)}</b></div>`
    })
    return `<div style="color:${palette.ink3};margin-bottom:3px">${formatExact(at)}</div>${rows.join('')}`
  }
  return {
    trigger: 'axis',
    confine: true,
    backgroundColor: palette.panel,
    borderColor: palette.lineStrong,
    textStyle: { color: palette.ink, fontSize: 11.5, fontFamily: palette.font },
    padding: [8, 12],
    formatter,
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
