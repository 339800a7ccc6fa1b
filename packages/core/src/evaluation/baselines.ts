import type { Rng } from '../kernel/index.ts'
import { momentsOf } from '../statistics/index.ts'
import { type ClassificationOutcome, mostProbable, type Outcome } from './outcome.ts'

export const BASELINES = ['majority', 'stratified', 'previous'] as const
export type BaselineName = (typeof BASELINES)[number]

/**
 * The laziest model: always the most frequent class, with the class frequencies as probabilities; for a regression the mean.
 * It knows the truth of the very rows that it is judged on, so that it is a little better than it could be.
 */
export function majorityBaseline(outcome: Outcome): Outcome {
  if (outcome.task === 'regression') {
    const { mean } = momentsOf(outcome.actual)
    return { ...outcome, predicted: new Float64Array(outcome.rowCount).fill(mean) }
  }
  const frequencies = classFrequencies(outcome)
  return withProbabilities(outcome, (_row, k) => frequencies[k]!)
}

/** Guesses at random in proportion to the class frequencies; for a regression the truth of another row. */
export function stratifiedBaseline(outcome: Outcome, rng: Rng): Outcome {
  if (outcome.task === 'regression') {
    return { ...outcome, predicted: outcome.actual.map(() => outcome.actual[rng.integer(outcome.rowCount)]!) }
  }
  const frequencies = classFrequencies(outcome)
  const guesses = Int32Array.from({ length: outcome.rowCount }, () => drawn(frequencies, rng.next()))
  return withProbabilities(outcome, (row, k) => (guesses[row] === k ? 1 : 0))
}

function drawn(frequencies: readonly number[], uniform: number): number {
  let rest = uniform
  const index = frequencies.findIndex((frequency) => {
    rest -= frequency
    return rest < 0
  })
  return index < 0 ? frequencies.length - 1 : index
}

function classFrequencies({ classes, actual, rowCount }: ClassificationOutcome): number[] {
  const counts = classes.map(() => 0)
  for (const label of actual) if (label >= 0) counts[label]! += 1
  return counts.map((count) => count / rowCount)
}

function withProbabilities(
  outcome: ClassificationOutcome,
  at: (row: number, k: number) => number,
): ClassificationOutcome {
  const width = outcome.classes.length
  const probabilities = Float64Array.from({ length: outcome.rowCount * width }, (_, i) =>
    at(Math.floor(i / width), i % width),
  )
  return { ...outcome, probabilities, predicted: mostProbable(probabilities, width) }
}
