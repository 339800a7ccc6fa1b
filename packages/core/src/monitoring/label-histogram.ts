import { z } from 'zod'
import { RegiaError } from '../kernel/index.ts'
import { countUpTo, packCounts, packedCountsSchema, unpackCounts } from '../statistics/index.ts'

export const labelHistogramSchema = z.object({ positives: packedCountsSchema, negatives: packedCountsSchema })
export type LabelHistogramJson = z.infer<typeof labelHistogramSchema>

/** Labelled rows by score: how many of each bin turned out positive (or rightly predicted) and how many not. Changes in place. */
export type LabelHistogram = { readonly positives: Float64Array; readonly negatives: Float64Array }

/** No labels yet, on the bins of these inner edges: one more bin than edges. */
export const emptyLabelHistogram = (scoreEdges: ArrayLike<number>): LabelHistogram => ({
  positives: new Float64Array(scoreEdges.length + 1),
  negatives: new Float64Array(scoreEdges.length + 1),
})

/** Counts a label under its prediction's score. `sign` −1 takes back a label that is corrected. */
export function addLabel(
  histogram: LabelHistogram,
  scoreEdges: Float64Array,
  score: number,
  isPositive: boolean,
  sign: 1 | -1 = 1,
): void {
  const side = isPositive ? histogram.positives : histogram.negatives
  side[countUpTo(scoreEdges, score)]! += sign
}

/** @throws RegiaError `CONFLICT` when the histograms are on different edges. */
export function addLabelHistogram(into: LabelHistogram, other: LabelHistogram, sign: 1 | -1 = 1): void {
  if (into.positives.length !== other.positives.length) {
    throw new RegiaError('CONFLICT', 'Label histograms on different score edges cannot be added.', {
      hint: 'Keep them apart by model version.',
    })
  }
  for (let i = 0; i < into.positives.length; i++) {
    into.positives[i]! += sign * other.positives[i]!
    into.negatives[i]! += sign * other.negatives[i]!
  }
}

/** The histogram as it is stored. */
export const labelHistogramToJson = ({ positives, negatives }: LabelHistogram): LabelHistogramJson => ({
  positives: packCounts(positives),
  negatives: packCounts(negatives),
})

/** What {@link labelHistogramToJson} wrote. */
export const labelHistogramFromJson = ({ positives, negatives }: LabelHistogramJson): LabelHistogram => ({
  positives: unpackCounts(positives),
  negatives: unpackCounts(negatives),
})
