import { useCallback } from 'react'
import { Chart } from './chart.tsx'
import type { Palette } from './palette.ts'
import type { TimeModel } from './time-model.ts'
import { timeChartHeight, timeOption } from './time-option.ts'

type TimeChartProps = {
  readonly label: string
  /** Must be the same object as long as nothing in it changed. */
  readonly model: TimeModel
  readonly group?: string
  readonly onPick?: (point: { readonly seriesName: string; readonly x: number }) => void
}

/** Values over time, in panels under each other. */
export function TimeChart({ label, model, group, onPick }: TimeChartProps) {
  const option = useCallback((palette: Palette, width: number) => timeOption(model, palette, width), [model])
  return <Chart label={label} height={timeChartHeight(model)} option={option} group={group} onPick={onPick} />
}
