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
export function macroF1(confusion: Confusion): Moments {
  const n = totalOf(confusion)
  const classes = classesOf(confusion)
  if (n === 0) return NO_MOMENTS
  const f1Of = ({ hits, actual, predicted }: ClassCounts): number => (2 * hits) / (actual + predicted)
  /** Of one prediction that is of the class, or said to be, and is a miss: what it takes from the class's F1. */
  const loss = new Map(
    [...classes].map(([name, counts]) => [name, (f1Of(counts) * n) / (counts.actual + counts.predicted)]),
  )
  const influence = (actual: string, predicted: string): number => {
    if (actual !== predicted) return -(loss.get(actual) ?? 0) - (loss.get(predicted) ?? 0)
    const counts = classes.get(actual)!
    return (2 * n * (1 - f1Of(counts))) / (counts.actual + counts.predicted)
  }
  return influenceMoments(confusion, n, meanOf([...classes.values()].map(f1Of)), (actual, predicted) => {
    return influence(actual, predicted) / classes.size
  })
}

/**
 * Balanced accuracy: the mean over the classes that occur of the share of each that was recognised (its recall).
 *
 * @returns As moments, like {@link macroF1}: the mean, and the spread of each prediction's influence on it.
 * @see Brodersen, Ong, Stephan and Buhmann (2010), *The balanced accuracy and its posterior distribution*.
 * @example balancedAccuracy([['a', 'a', 8], ['a', 'b', 2], ['b', 'b', 10]]).mean // 0.9
 */
export function balancedAccuracy(confusion: Confusion): Moments {
  const n = totalOf(confusion)
  const classes = new Map([...classesOf(confusion)].filter(([, { actual }]) => actual > 0))
  if (n === 0) return NO_MOMENTS
  const recallOf = ({ hits, actual }: ClassCounts): number => hits / actual
  return influenceMoments(confusion, n, meanOf([...classes.values()].map(recallOf)), (actual, predicted) => {
    const counts = classes.get(actual)!
    return (((actual === predicted ? 1 : 0) - recallOf(counts)) * n) / counts.actual / classes.size
  })
}

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
function influenceMoments(
  confusion: Confusion,
  n: number,
  mean: number,
  influence: (actual: string, predicted: string) => number,
): Moments {
  const squaredDeviations = confusion.reduce(
    (sum, [actual, predicted, count]) => sum + count * influence(actual, predicted) ** 2,
    0,
  )
  return { n, mean, squaredDeviations }
}
