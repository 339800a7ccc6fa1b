import { type Confusion, type ConfusionMetric, INFLUENCES, type Influence, withChanges } from '../serving/index.ts'
import { type ConfidenceInterval, momentsOf, normalInterval, sampleVariance } from '../statistics/index.ts'

/** What two models called the same labelled rows, and what they were, in the order in which the labels came. */
export type ClassPairs = {
  readonly champion: readonly string[]
  readonly challenger: readonly string[]
  readonly actual: readonly string[]
}

export type ClassMetric = ConfusionMetric | 'accuracy'

export type PairedClasses = {
  readonly champion: number
  readonly challenger: number
  /** Challenger − champion. */
  readonly difference: number
  readonly standardError: number
  readonly interval: ConfidenceInterval
}

/**
 * A metric of two classifiers on the same rows, and an interval of the difference.
 *
 * The difference of what a row adds to either (its influence, by the delta method) has far less spread than the two apart where both err on the
 * same rows, as versions of one model do.
 *
 * @param pairs - At least two rows, all of the same length.
 * @param confidence - In (0, 1).
 * @example pairedClasses('macroF1', { champion, challenger, actual }, 0.95).interval
 */
export function pairedClasses(metric: ClassMetric, pairs: ClassPairs, confidence: number): PairedClasses {
  const { actual } = pairs
  const champion = influenceOf(metric, actual, pairs.champion)
  const challenger = influenceOf(metric, actual, pairs.challenger)
  const added = Float64Array.from(actual, (name, row) => {
    return challenger.of(name, pairs.challenger[row]!) - champion.of(name, pairs.champion[row]!)
  })
  const difference = challenger.value - champion.value
  const standardError = Math.sqrt(sampleVariance(momentsOf(added)) / actual.length)
  const interval = normalInterval(difference, standardError, confidence)
  return { champion: champion.value, challenger: challenger.value, difference, standardError, interval }
}

function influenceOf(metric: ClassMetric, actual: readonly string[], predicted: readonly string[]): Influence {
  const changes = actual.map((name, row) => ({ actual: name, predicted: predicted[row]!, by: 1 as const }))
  const confusion = withChanges([], changes)
  const influence = INFLUENCES[metric](confusion)
  const known = tableOf(confusion, influence)
  return { value: influence.value, of: (name, guess) => known.get(name)?.get(guess) ?? influence.of(name, guess) }
}

/** Each pair of classes once, instead of once a row. */
function tableOf(confusion: Confusion, { of }: Influence): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const table = new Map<string, Map<string, number>>()
  for (const [actual, predicted] of confusion) {
    const row = table.get(actual) ?? new Map<string, number>()
    table.set(actual, row.set(predicted, of(actual, predicted)))
  }
  return table
}
