import { kolmogorovPValue } from '../../statistics/index.ts'
import { type DriftTest, NO_DRIFT, totalOf } from './drift-test.ts'

/** Did numbers move up or down? The largest difference of the cumulated shares; surer than chi-square of a shift that goes one way. */
export const binnedKolmogorovSmirnov: DriftTest = {
  name: 'kolmogorov-smirnov',
  title: 'Numbers moved up or down',
  appliesTo: (reference) => reference.kind === 'numeric',
  minimumEffectShare: 1,
  compare: (reference, sketch) => {
    const [n, m] = [totalOf(reference.counts), totalOf([...sketch.counts])]
    if (n === 0 || m === 0) return NO_DRIFT
    let gap = 0
    let statistic = 0
    for (const [i, count] of reference.counts.entries()) {
      gap += count / n - sketch.counts[i]! / m
      statistic = Math.max(statistic, Math.abs(gap))
    }
    // √(π/2)·ln 2 = 0.8687 is the mean of Kolmogorov's limit law: what the statistic shows when nothing changed.
    const noise = 0.8687 * Math.sqrt(1 / n + 1 / m)
    return { statistic, pValue: kolmogorovPValue(statistic, n, m), effect: Math.max(0, statistic - noise) }
  },
}
