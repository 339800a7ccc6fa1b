import type { Palette } from '../charts/palette.ts'
import { formatNumber } from '../kernel/format.ts'
import { escapeHtml } from './escape-html.ts'
import type { MetricLine } from './metric-lines.ts'
import { readColor, runStroke } from './run-colors.ts'

type Hovered = { readonly axisValue?: unknown }
const MOST_ROWS = 14

/** What the cursor reads: each run at its nearest point, the greatest value first. */
export function lineTooltip(lines: readonly MetricLine[], formatX: (x: number) => string, palette: Palette) {
  return {
    trigger: 'axis',
    confine: true,
    backgroundColor: palette.panel,
    borderColor: palette.lineStrong,
    textStyle: { color: palette.ink, fontSize: 11.5, fontFamily: palette.font },
    padding: [8, 12],
    axisPointer: { lineStyle: { color: palette.ink3 } },
    formatter: (hovered: readonly Hovered[]) => {
      const x = Number(hovered[0]?.axisValue)
      return Number.isFinite(x) ? tooltipHtml(x, lines, formatX, palette) : ''
    },
  }
}

function tooltipHtml(
  x: number,
  lines: readonly MetricLine[],
  formatX: (x: number) => string,
  palette: Palette,
): string {
  const found = lines
    .map((line) => ({ line, i: nearestIndex(line.x, x) }))
    .map(({ line, i }) => ({ line, i, value: line.smoothed[i] ?? null }))
    .toSorted((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY))
  const rows = found.slice(0, MOST_ROWS).map(({ line, i, value }) => {
    const color = readColor(runStroke(line.place).variable)
    const [low, high] = [line.band?.low[i] ?? null, line.band?.high[i] ?? null]
    const around = low === null || high === null ? '' : ` (${formatNumber(low)} to ${formatNumber(high)})`
    return `<div style="display:flex;gap:14px;justify-content:space-between"><span><i style="display:inline-block;width:9px;height:3px;margin-right:7px;vertical-align:3px;background:${color}"></i>${escapeHtml(line.name.slice(0, 40))}</span><b style="font-weight:600">${escapeHtml(formatNumber(value) + around)}</b></div>`
  })
  const more = found.length > MOST_ROWS ? `<div>and ${found.length - MOST_ROWS} more</div>` : ''
  return `<div style="color:${palette.ink3};margin-bottom:3px">${escapeHtml(formatX(x))}</div>${rows.join('')}${more}`
}

/** The place of the value nearest to `x` in a growing list. */
export function nearestIndex(xs: readonly number[], x: number): number {
  let low = 0
  let high = xs.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((xs[middle] ?? 0) < x) low = middle + 1
    else high = middle
  }
  const before = xs[low - 1]
  return before !== undefined && x - before < Math.abs((xs[low] ?? Number.POSITIVE_INFINITY) - x) ? low - 1 : low
}
