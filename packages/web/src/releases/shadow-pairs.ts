import type { LoggedPrediction } from '@regia/core'

/** A row that champion and shadow both answered. */
export type ShadowPair = {
  readonly prediction: LoggedPrediction
  readonly champion: number
  readonly challenger: number
  /** Challenger − champion. */
  readonly difference: number
}

/** The pairs among predictions, those that differ most first. */
export function pairsOf(predictions: readonly LoggedPrediction[]): readonly ShadowPair[] {
  return predictions
    .flatMap((prediction) => {
      const challenger = prediction.shadow?.score
      return challenger === undefined
        ? []
        : [{ prediction, champion: prediction.score, challenger, difference: challenger - prediction.score }]
    })
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
}

const BINS = 25

/** How often which difference was seen: bins of one width, as many on each side of zero. */
export function differenceBins(pairs: readonly ShadowPair[]): {
  readonly edges: readonly number[]
  readonly counts: readonly number[]
} {
  const reach = Math.max(1e-6, ...pairs.map(({ difference }) => Math.abs(difference)))
  const width = (2 * reach) / BINS
  const counts = new Array<number>(BINS).fill(0)
  for (const { difference } of pairs) {
    const bin = Math.min(BINS - 1, Math.floor((difference + reach) / width))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { edges: Array.from({ length: BINS + 1 }, (_, i) => -reach + i * width), counts }
}
