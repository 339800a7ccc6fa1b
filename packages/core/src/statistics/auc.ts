import { RegiaError } from '../kernel/index.ts'
import { countBelow, countUpTo } from './search-sorted.ts'

/** The scores of positive and of negative rows, in row order. */
export type ScoresByClass = { readonly positives: Float64Array; readonly negatives: Float64Array }

/**
 * Splits scores by label.
 *
 * @param scores - Shape (rows,); higher means "more likely positive". Not NaN.
 * @param labels - Shape (rows,), 1 for positive and 0 for negative.
 * @throws RegiaError `INVALID_INPUT` when the lengths differ or a score is NaN; `DATA_EMPTY` when one class has no row.
 */
export function splitByClass(scores: Float64Array, labels: Uint8Array): ScoresByClass {
  if (scores.length !== labels.length) {
    throw new RegiaError('INVALID_INPUT', `There are ${scores.length} scores but ${labels.length} labels.`)
  }
  const invalid = scores.findIndex((score) => Number.isNaN(score))
  if (invalid >= 0) {
    throw new RegiaError('INVALID_INPUT', 'A score is NaN.', { where: `row ${invalid}`, hint: 'Leave such rows out.' })
  }
  const positives = scores.filter((_, row) => labels[row] === 1)
  const negatives = scores.filter((_, row) => labels[row] !== 1)
  if (positives.length > 0 && negatives.length > 0) return { positives, negatives }
  throw new RegiaError(
    'DATA_EMPTY',
    `The AUC needs rows of both classes; there are ${positives.length} positive and ${negatives.length} negative.`,
  )
}

/** For each value the share of `others` (ascending) that lies below it; a tie counts one half. Shape (values,). */
export function placements(values: Float64Array, others: Float64Array): Float64Array {
  return values.map((value) => (countBelow(others, value) + countUpTo(others, value)) / (2 * others.length))
}

/**
 * Area under the ROC curve: the chance that a random positive row scores above a random negative one, ties counting one half.
 *
 * O(n log n). Equals the Mann–Whitney statistic over n₁·n₀ and scikit-learn's `roc_auc_score`.
 *
 * @param scores - Shape (rows,), not NaN.
 * @param labels - Shape (rows,), 1 or 0.
 * @returns A number in [0, 1]; 0.5 is chance. Higher is better.
 * @throws RegiaError `DATA_EMPTY` when one class has no row.
 * @example auc(Float64Array.of(0.1, 0.4, 0.35, 0.8), Uint8Array.of(0, 0, 1, 1)) // 0.75
 */
export function auc(scores: Float64Array, labels: Uint8Array): number {
  const { positives, negatives } = splitByClass(scores, labels)
  positives.sort()
  negatives.sort()
  let below = 0
  let upTo = 0
  // Twice the number of pairs won: an integer, so the sum is exact.
  let wins = 0
  for (const score of positives) {
    while (below < negatives.length && negatives[below]! < score) below++
    while (upTo < negatives.length && negatives[upTo]! <= score) upTo++
    wins += below + upTo
  }
  return wins / (2 * positives.length * negatives.length)
}
