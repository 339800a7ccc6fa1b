import { roundUp } from './ticks.ts'

export type AxisRange = { readonly min: number; readonly max: number; readonly ticks: readonly number[] }

/** An axis from `low` to `high` with a little air, and round ticks inside it. */
export function spanRange(low: number, high: number): AxisRange {
  const margin = (high - low) * 0.06
  const step = roundUp((high - low) / 5)
  const first = Math.ceil((low - margin) / step)
  const last = Math.floor((high + margin) / step)
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(10)),
  )
  return { min: low - margin, max: high + margin, ticks }
}
