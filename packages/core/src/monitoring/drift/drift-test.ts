import { fisherExact } from '../../statistics/index.ts'
import type { ColumnSketch } from '../column-sketch.ts'
import type { ColumnReference } from '../reference-profile.ts'

export type DriftFinding = {
  readonly statistic: number
  /** Chance of a difference at least as large when nothing changed; the reference is a sample too. */
  readonly pValue: number
  /** Share of rows that moved, 0 to 1, less what sampling noise alone is expected to move. */
  readonly effect: number
}

/** A kind of drift test: compares a column's window with its reference. */
export type DriftTest = {
  readonly name: string
  /** What it sees, for people. */
  readonly title: string
  readonly appliesTo: (reference: ColumnReference) => boolean
  /** Share of the monitor's `minimumEffect` that is enough: below 1 for what should never happen at all. */
  readonly minimumEffectShare: number
  readonly compare: (reference: ColumnReference, window: ColumnSketch) => DriftFinding
}

export const NO_DRIFT: DriftFinding = { statistic: 0, pValue: 1, effect: 0 }

/** Two samples of counts on the same bins. */
export type BinnedPair = { readonly reference: readonly number[]; readonly window: readonly number[] }

/** The sum of counts: how many rows a sample has. */
export const totalOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/**
 * Total variation distance less its expectation when both samples come from one distribution, not below 0.
 *
 * Each bin's difference of shares is about normal with variance p(1 − p)(1/n + 1/m), and E|N(0, σ²)| = σ√(2/π).
 * Without this a small window on many bins would seem to have moved by a tenth when nothing has.
 */
export function excessVariation({ reference, window }: BinnedPair): number {
  const [n, m] = [totalOf(reference), totalOf(window)]
  if (n === 0 || m === 0) return 0
  let distance = 0
  let noise = 0
  for (const [i, count] of reference.entries()) {
    const pooled = (count + window[i]!) / (n + m)
    distance += Math.abs(count / n - window[i]! / m)
    noise += Math.sqrt((2 / Math.PI) * pooled * (1 - pooled) * (1 / n + 1 / m))
  }
  return Math.max(0, (distance - noise) / 2)
}

/**
 * Joins bins in which fewer than `minimum` rows of the window are to be expected with their neighbours: chi-square needs five.
 * For text, whose bins have no order, the rare ones are the last of the list and so join each other.
 */
export function withoutRareBins({ reference, window }: BinnedPair, minimum = 5): BinnedPair {
  const total = totalOf(reference) + totalOf(window)
  const smaller = Math.min(totalOf(reference), totalOf(window))
  const joined: { reference: number; window: number }[] = []
  let open = { reference: 0, window: 0 }
  for (const [i, count] of reference.entries()) {
    open = { reference: open.reference + count, window: open.window + window[i]! }
    if (((open.reference + open.window) * smaller) / total < minimum) continue
    joined.push(open)
    open = { reference: 0, window: 0 }
  }
  const last = joined.pop() ?? { reference: 0, window: 0 }
  joined.push({ reference: last.reference + open.reference, window: last.window + open.window })
  return { reference: joined.map((bin) => bin.reference), window: joined.map((bin) => bin.window) }
}

/** Whether a share is another in the window: [counted, others] of both. Fisher's exact test, because such shares are small. The statistic is the difference. */
export function sharesDiffer(reference: readonly [number, number], window: readonly [number, number]): DriftFinding {
  const { pValue } = fisherExact([window, reference])
  const statistic = window[0] / totalOf(window) - reference[0] / totalOf(reference)
  return { statistic, pValue, effect: excessVariation({ reference, window }) }
}
