import type { Palette } from '../charts/palette.ts'
import { formatDuration, formatNumber } from '../kernel/format.ts'
import { formatMinute } from '../kernel/time.ts'
import type { Field } from './field.ts'
import type { Scale } from './run-value.ts'

/** How numbers of a field are written on an axis. */
export function fieldFormat({ kind, key }: Field): (value: number) => string {
  if (kind === 'attribute' && key === 'started') return formatMinute
  return kind === 'attribute' && key === 'duration' ? formatDuration : formatNumber
}

/** An axis of the values of a field. */
export function fieldAxis(field: Field, scale: Scale, palette: Palette, isVertical: boolean) {
  const format = fieldFormat(field)
  return {
    type: scale.isNumber ? 'value' : 'category',
    scale: true,
    ...(!scale.isNumber && { data: scale.categories }),
    name: field.key,
    nameLocation: isVertical ? 'end' : 'middle',
    nameGap: isVertical ? 10 : 28,
    nameTextStyle: { color: palette.ink2, fontSize: 11, ...(isVertical && { align: 'left', padding: [0, 0, 0, -40] }) },
    axisLine: { show: !isVertical, onZero: false, lineStyle: { color: palette.lineStrong } },
    axisTick: { show: false },
    splitLine: { show: isVertical, lineStyle: { color: palette.line } },
    axisLabel: {
      color: palette.ink3,
      fontSize: 11,
      hideOverlap: true,
      ...(scale.isNumber ? { formatter: format } : { formatter: shortened }),
    },
  }
}

const shortened = (text: string) => (text.length > 16 ? `${text.slice(0, 15)}…` : text)

export const tooltipBox = (palette: Palette) => ({
  confine: true,
  backgroundColor: palette.panel,
  borderColor: palette.lineStrong,
  textStyle: { color: palette.ink, fontSize: 11.5, fontFamily: palette.font },
  padding: [8, 12],
})
