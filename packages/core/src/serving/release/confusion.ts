import { type Moments, NO_MOMENTS } from '../../statistics/index.ts'

/** How many labelled predictions were of a class, and said to be of a class: [actual, predicted, count], each pair once. */
export type Confusion = readonly (readonly [actual: string, predicted: string, count: number])[]

/** A labelled prediction, with 1 to count it and −1 to take it back, for a label that is corrected. */
export type ConfusionChange = { readonly actual: string; readonly predicted: string; readonly by: 1 | -1 }

/** The counts after some changes; pairs that no prediction is left of are dropped. */
export function withChanges(confusion: Confusion, changes: readonly ConfusionChange[]): Confusion {
  const byActual = new Map<string, Map<string, number>>()
  const add = (actual: string, predicted: string, count: number): void => {
    const row = byActual.get(actual) ?? new Map<string, number>()
    byActual.set(actual, row.set(predicted, (row.get(predicted) ?? 0) + count))
  }
  for (const cell of confusion) add(...cell)
  for (const { actual, predicted, by } of changes) add(actual, predicted, by)
  const cells = [...byActual].flatMap(([actual, row]) =>
    [...row].map(([predicted, count]) => [actual, predicted, count] as const),
  )
  return cells.filter(([, , count]) => count > 0)
}

/**
 * Macro F1: the mean of the F1 of every class that occurs, as label or as prediction. Each class weighs the same, however rare.
 *
 * @returns As moments: n labelled predictions, the macro F1 as mean, and the squared deviations of what each prediction adds to it (its
 *   influence, by the delta method), so that √(squaredDeviations / (n − 1) / n) is its standard error and every test of means takes it. All
 *   alike where no class is ever mistaken.
 * @see Takahashi, Yamamoto, Kuchiba and Koyama (2022), *Confidence interval for micro-averaged F1 and macro-averaged F1 scores*.
 * @example macroF1([['a', 'a', 8], ['a', 'b', 2], ['b', 'b', 10]]).mean // 0.898…
 */
export const macroF1 = (confusion: Confusion): Moments => influenceMoments(confusion, macroF1Influence)

/**
 * Balanced accuracy: the mean over the classes that occur of the share of each that was recognised (its recall).
 *
 * @returns As moments, like {@link macroF1}: the mean, and the spread of each prediction's influence on it.
 * @see Brodersen, Ong, Stephan and Buhmann (2010), *The balanced accuracy and its posterior distribution*.
 * @example balancedAccuracy([['a', 'a', 8], ['a', 'b', 2], ['b', 'b', 10]]).mean // 0.9
 */
export const balancedAccuracy = (confusion: Confusion): Moments =>
  influenceMoments(confusion, balancedAccuracyInfluence)

/** A metric of labelled predictions, and what one of them adds to it. */
export type Influence = { readonly value: number; readonly of: (actual: string, predicted: string) => number }

const accuracyInfluence = (confusion: Confusion): Influence => {
  const hits = confusion.reduce((sum, [actual, predicted, count]) => sum + (actual === predicted ? count : 0), 0)
  const value = hits / totalOf(confusion)
  return { value, of: (actual, predicted) => (actual === predicted ? 1 : 0) - value }
}

function macroF1Influence(confusion: Confusion): Influence {
  const n = totalOf(confusion)
  const classes = classesOf(confusion)
  const f1Of = ({ hits, actual, predicted }: ClassCounts): number => (2 * hits) / (actual + predicted)
  const weightOf = ({ actual, predicted }: ClassCounts): number => n / (actual + predicted) / classes.size
  const lossOf = (name: string): number => {
    const counts = classes.get(name)
    return counts ? f1Of(counts) * weightOf(counts) : 0
  }
  return {
    value: meanOf([...classes.values()].map(f1Of)),
    of: (actual, predicted) => {
      const counts = classes.get(actual)
      if (actual !== predicted || !counts) return -lossOf(actual) - lossOf(predicted)
      return 2 * (1 - f1Of(counts)) * weightOf(counts)
    },
  }
}

function balancedAccuracyInfluence(confusion: Confusion): Influence {
  const n = totalOf(confusion)
  const classes = new Map([...classesOf(confusion)].filter(([, { actual }]) => actual > 0))
  const recallOf = ({ hits, actual }: ClassCounts): number => hits / actual
  return {
    value: meanOf([...classes.values()].map(recallOf)),
    of: (actual, predicted) => {
      const counts = classes.get(actual)
      if (!counts) return 0
      return (((actual === predicted ? 1 : 0) - recallOf(counts)) * n) / counts.actual / classes.size
    },
  }
}

/** By the name of the metric. */
export const INFLUENCES = {
  accuracy: accuracyInfluence,
  macroF1: macroF1Influence,
  balancedAccuracy: balancedAccuracyInfluence,
} as const satisfies Readonly<Record<string, (confusion: Confusion) => Influence>>

type ClassCounts = { hits: number; actual: number; predicted: number }

function classesOf(confusion: Confusion): ReadonlyMap<string, ClassCounts> {
  const classes = new Map<string, ClassCounts>()
  const of = (name: string): ClassCounts => {
    const counts = classes.get(name) ?? { hits: 0, actual: 0, predicted: 0 }
    classes.set(name, counts)
    return counts
  }
  for (const [actual, predicted, count] of confusion) {
    of(actual).actual += count
    of(predicted).predicted += count
    if (actual === predicted) of(actual).hits += count
  }
  return classes
}

const totalOf = (confusion: Confusion): number => confusion.reduce((sum, [, , count]) => sum + count, 0)

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The influences sum to zero, so that their squares are the squared deviations. */
function influenceMoments(confusion: Confusion, influenceOf: (confusion: Confusion) => Influence): Moments {
  const n = totalOf(confusion)
  if (n === 0) return NO_MOMENTS
  const { value, of } = influenceOf(confusion)
  const squared = confusion.map(([actual, predicted, count]) => count * of(actual, predicted) ** 2)
  return { n, mean: value, squaredDeviations: squared.reduce((sum, each) => sum + each, 0) }
}
