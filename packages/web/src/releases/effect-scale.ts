import type { ExperimentComparison } from '@regia/core'
import { roundUp } from '../charts/ticks.ts'
import { formatNumber } from '../kernel/format.ts'

/** A difference with its sign. */
export const signed = (value: number): string => `${value > 0 ? '+' : ''}${formatNumber(value)}`

/**
 * An axis with zero in its middle, on which every interval has its place.
 * An interval that is very wide at first is cut off, so that the differences that matter can be seen.
 */
export function effectScale(comparisons: readonly ExperimentComparison[], minimumEffect: number) {
  const values = comparisons.flatMap(({ difference, interval }) => [difference, interval?.lower, interval?.upper])
  const widest = Math.max(minimumEffect * 1.5, ...values.map((value) => Math.abs(value ?? 0)))
  const reach = roundUp(Math.min(widest, minimumEffect * 20))
  const at = (value: number) => `${((Math.max(-reach, Math.min(reach, value)) + reach) / (2 * reach)) * 100}%`
  return { reach, at }
}
