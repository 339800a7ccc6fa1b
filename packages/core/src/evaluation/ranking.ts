import { type ClassificationOutcome, scoresOf } from './outcome.ts'

export type Ranking = { readonly scores: Float64Array; readonly order: Int32Array }

const known = new WeakMap<Float64Array, Map<number, Ranking>>()

/** The rows by falling score of a class. Sorting is the dear part, so the ranking of an outcome is kept. */
export function rankingOf(outcome: ClassificationOutcome, classIndex: number): Ranking {
  const rankings = known.get(outcome.probabilities) ?? new Map<number, Ranking>()
  known.set(outcome.probabilities, rankings)
  const found = rankings.get(classIndex)
  if (found) return found
  const scores = scoresOf(outcome, classIndex)
  const order = Int32Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]!)
  const ranking = { scores, order }
  rankings.set(classIndex, ranking)
  return ranking
}

/**
 * Walks down the distinct scores of a class, giving at each the weight of true and false positives that score at least so much.
 *
 * @returns Total weight of the class's rows and of the others.
 */
export function walkThresholds(
  outcome: ClassificationOutcome,
  classIndex: number,
  visit: (threshold: number, truePositives: number, falsePositives: number) => void,
  weights?: Float64Array,
): { readonly positives: number; readonly negatives: number } {
  const { scores, order } = rankingOf(outcome, classIndex)
  let positives = 0
  let negatives = 0
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!
    const weight = weights ? weights[row]! : 1
    if (outcome.actual[row] === classIndex) positives += weight
    else negatives += weight
    const isLastOfTies = i + 1 === order.length || scores[order[i + 1]!] !== scores[row]
    if (isLastOfTies) visit(scores[row]!, positives, negatives)
  }
  return { positives, negatives }
}
