import { formatExact } from '../kernel/time.ts'
import type { Palette } from './palette.ts'
import type { TimeModel } from './time-model.ts'

type Hovered = { readonly value?: unknown }

/** What the cursor reads: the exact time, and every series there with its interval. */
export function timeTooltip(palette: Palette, model: TimeModel) {
  return {
    trigger: 'axis',
    confine: true,
    backgroundColor: palette.panel,
    borderColor: palette.lineStrong,
    textStyle: { color: palette.ink, fontSize: 11.5, fontFamily: palette.font },
    padding: [8, 12],
    formatter: (hovered: readonly Hovered[]) => {
      const value = hovered[0]?.value
      return Array.isArray(value) ? tooltipHtml(Number(value[0]), model, palette) : ''
    },
  }
}

function tooltipHtml(at: number, model: TimeModel, palette: Palette): string {
  const rows = model.panels.flatMap(({ series, format }) =>
    series.flatMap((each) => {
      const value = each.points.find(([time]) => time === at)?.[1]
      if (value === undefined) return []
      const [, low, high] = each.band?.find(([time]) => time === at) ?? [at, null, null]
      const around = low === null || high === null ? '' : ` (${format(low)} to ${format(high)})`
      const text = value === null ? '–' : `${format(value)}${around}`
      return `<div style="display:flex;gap:14px;justify-content:space-between"><span><i style="display:inline-block;width:9px;height:3px;margin-right:7px;vertical-align:3px;background:${palette[each.tone]}"></i>${escapeHtml(each.name)}</span><b style="font-weight:600">${escapeHtml(text)}</b></div>`
    }),
  )
  return `<div style="color:${palette.ink3};margin-bottom:3px">${formatExact(at)}</div>${rows.join('')}`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
