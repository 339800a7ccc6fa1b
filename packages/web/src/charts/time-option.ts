import type { EChartsCoreOption } from 'echarts/core'
import { formatDay } from '../kernel/time.ts'
import type { Palette } from './palette.ts'
import { timeTicks } from './ticks.ts'
import { axisRange, labelledMarks, type TimeModel, type TimePanel, timeExtent } from './time-model.ts'
import { drawPanel } from './time-series.ts'
import { timeTooltip } from './time-tooltip.ts'

const LEFT = 46
const RIGHT = 92
const TOP = 22
const GAP = 34
const BOTTOM = 22
const PX_PER_TICK = 80

export const timeChartHeight = ({ panels }: TimeModel): number =>
  panels.reduce((sum, panel) => sum + panel.heightPx + GAP, TOP - GAP + BOTTOM)

/** The chart of a model: panels under each other on one time axis, with one cursor through all of them. */
export function timeOption(model: TimeModel, palette: Palette, width: number): EChartsCoreOption {
  const [from, until] = timeExtent(model)
  const widthPx = width - LEFT - RIGHT
  const tops = model.panels.map((_, i) =>
    model.panels.slice(0, i).reduce((sum, each) => sum + each.heightPx + GAP, TOP),
  )
  const ticks = timeTicks(from, until, Math.max(2, Math.floor(widthPx / PX_PER_TICK)))
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: palette.ink3 } },
    tooltip: timeTooltip(palette, model),
    grid: model.panels.map((panel, i) => ({ left: LEFT, right: RIGHT, top: tops[i], height: panel.heightPx })),
    xAxis: model.panels.map((_, i) => timeAxis(i, i === model.panels.length - 1, [from, until], ticks, palette)),
    yAxis: model.panels.map((panel, i) => valueAxis(panel, i, palette)),
    series: model.panels.flatMap((panel, i) => [
      ...drawPanel(panel, i, until, until - from, palette),
      overlay(panel, i, model, palette, widthPx),
    ]),
  }
}

function timeAxis(
  index: number,
  isLast: boolean,
  [from, until]: readonly [number, number],
  ticks: readonly number[],
  palette: Palette,
) {
  const isLong = until - from > 3 * 86_400_000
  return {
    type: 'time',
    gridIndex: index,
    min: from,
    max: until,
    axisLine: { lineStyle: { color: palette.lineStrong } },
    axisTick: { show: isLast, customValues: ticks, lineStyle: { color: palette.lineStrong } },
    splitLine: { show: false },
    axisLabel: {
      show: isLast,
      customValues: ticks,
      color: palette.ink3,
      fontSize: 11,
      formatter: (at: number) => (isLong ? formatDay(at) : new Date(at).toISOString().slice(11, 16)),
    },
  }
}

function valueAxis(panel: TimePanel, index: number, palette: Palette) {
  const { min, max, ticks } = axisRange(panel)
  return {
    type: 'value',
    gridIndex: index,
    min,
    max,
    axisLine: { show: false },
    // Grid lines stand where the ticks would; the ticks themselves are not drawn.
    axisTick: { show: false, customValues: ticks },
    splitLine: { lineStyle: { color: palette.line } },
    axisPointer: { show: false },
    axisLabel: { color: palette.ink3, fontSize: 11, customValues: ticks, formatter: panel.format },
    name: panel.title ?? '',
    nameLocation: 'end',
    nameGap: 11,
    nameTextStyle: { color: palette.ink2, fontSize: 11, align: 'left', padding: [0, 0, 0, -LEFT + 8] },
  }
}

/** Marks and threshold, on a series of their own so that no real one carries them. */
function overlay(panel: TimePanel, index: number, model: TimeModel, palette: Palette, widthPx: number) {
  const [from, until] = timeExtent(model)
  const marks = (model.marks ?? []).filter((mark) => mark.at >= from && mark.at <= until)
  const labelled = labelledMarks(marks, from, until, widthPx)
  const lines = marks.map((mark) => ({
    xAxis: mark.at,
    lineStyle: { color: palette.lineStrong, type: [2, 3], width: 1 },
    label: { show: index === 0 && labelled.has(mark), formatter: mark.label, color: palette.ink2, position: 'end' },
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
      label: { fontSize: 11, rotate: 0, align: 'left', distance: 4 },
      data: limit ? [...lines, limit] : lines,
    },
  }
}
