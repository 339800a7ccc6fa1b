import { describe, expect, it } from 'vitest'
import fixture from '../../../../tests/reference/evaluation.json' with { type: 'json' }
import { createRng } from '../kernel/index.ts'
import { floatColumn, intColumn, makeTable } from '../table/index.ts'
import {
  type ClassificationOutcome,
  calibrationCurve,
  compareOutcomes,
  computeMetric,
  confusionMatrix,
  estimateMetric,
  getMetric,
  METRICS,
  majorityBaseline,
  type Outcome,
  outcomeOf,
  precisionRecallCurve,
  rocCurve,
  stratifiedBaseline,
  thresholdTable,
  withPositive,
} from './index.ts'

type BinaryCase = { readonly labels: number[]; readonly scores: number[] }

const binaryOutcome = ({ labels, scores }: BinaryCase): ClassificationOutcome => {
  const probabilities = Float64Array.from(scores.flatMap((score) => [1 - score, score]))
  const outcome = outcomeOf(
    makeTable({ y: intColumn(labels) }),
    { probabilities },
    { target: 'y', classes: ['0', '1'] },
  )
  if (outcome.task === 'classification') return outcome
  throw new Error('unreachable: probabilities make a classification')
}

const multiclassOutcome = (): Outcome => {
  const { labels, probabilities } = fixture.multiclass
  const output = { probabilities: Float64Array.from(probabilities.flat()) }
  return outcomeOf(makeTable({ y: intColumn(labels) }), output, { target: 'y', classes: ['0', '1', '2'] })
}

const regressionOutcome = (): Outcome => {
  const { actual, predicted } = fixture.regression
  return outcomeOf(makeTable({ y: floatColumn(actual) }), { values: Float64Array.from(predicted) }, { target: 'y' })
}

function expectMetrics(outcome: Outcome, expected: { readonly [name: string]: number }, weights?: Float64Array): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(computeMetric(getMetric(name), outcome, weights), name).toBeCloseTo(value, 12)
  }
}

describe('metrics', () => {
  it.each(fixture.binary)('match scikit-learn for two classes, case %#', (sample) => {
    expectMetrics(binaryOutcome(sample), sample.metrics)
  })

  it.each(fixture.binary)('match scikit-learn with row weights, case %#', (sample) => {
    expectMetrics(binaryOutcome(sample), sample.weighted, Float64Array.from(sample.weights))
  })

  it('match scikit-learn for several classes and for a regression', () => {
    expectMetrics(multiclassOutcome(), fixture.multiclass.metrics)
    expectMetrics(regressionOutcome(), fixture.regression.metrics)
  })

  it('give the published numbers of ten rows', () => {
    const labels = [0, 0, 1, 0, 1, 1, 0, 1, 1, 1]
    const scores = labels.map((_, i) => 0.05 + i / 10)
    const outcome = binaryOutcome({ labels, scores })
    const expected = {
      auc: 0.8333333333333334,
      averagePrecision: 0.8972222222222221,
      brier: 0.1725,
      logLoss: 0.4978550618906846,
      ece: 0.34,
    }
    expectMetrics(outcome, expected)
  })

  it('are undefined where they have no meaning, and refuse the other task', () => {
    const oneClass = binaryOutcome({ labels: [1, 1, 1], scores: [0.2, 0.8, 0.9] })
    expect(estimateMetric(getMetric('auc'), oneClass, { rng: createRng(1) })).toBeUndefined()
    expect(() => computeMetric(getMetric('rmse'), oneClass)).toThrow(/metric of regression/)
    expect(() => getMetric('auroc')).toThrow(/Metrics are|no metric/)
  })

  it('count a class that the model does not know as wrong', () => {
    const outcome = outcomeOf(
      makeTable({ y: intColumn([0, 7]) }),
      { probabilities: Float64Array.of(0.9, 0.1, 0.6, 0.4) },
      { target: 'y', classes: ['0', '1'] },
    )
    expect(computeMetric(getMetric('accuracy'), outcome)).toBe(0.5)
    expect(computeMetric(getMetric('logLoss'), outcome)).toBeGreaterThan(17)
  })
})

describe('curves', () => {
  const sample = fixture.binary[0]!
  const outcome = binaryOutcome(sample)

  it('match scikit-learn', () => {
    const pairs = [
      [rocCurve(outcome, 1), sample.roc],
      [precisionRecallCurve(outcome, 1), sample.precisionRecall],
      // scikit-learn's calibration bins are closed on the right, ours on the left: compare where no score is on an edge.
      [calibrationCurve(binaryOutcome(fixture.binary[1]!), 1), fixture.binary[1]!.calibration],
    ] as const
    for (const [ours, theirs] of pairs) {
      // scikit-learn ends the precision curve at full recall; ours goes on to the last threshold.
      const shared = ours.slice(0, theirs.length)
      expect(shared).toHaveLength(theirs.length)
      for (const [i, [x, y]] of shared.entries()) {
        expect(x).toBeCloseTo(theirs[i]![0]!, 12)
        expect(y).toBeCloseTo(theirs[i]![1]!, 12)
      }
    }
    expect(confusionMatrix(outcome).counts).toEqual(sample.confusion)
  })

  it('agree with the decision at one half', () => {
    const row = thresholdTable(outcome, 1).find(({ threshold }) => threshold === 0.5)
    const scores = sample.scores.filter((score) => score >= 0.5).length
    expect(row?.selectedFraction).toBeCloseTo(scores / sample.scores.length, 12)
  })

  it('are thinned to what a screen can show', () => {
    const rng = createRng('many')
    const labels = Array.from({ length: 5000 }, () => rng.integer(2))
    const curve = rocCurve(binaryOutcome({ labels, scores: labels.map(() => rng.next()) }), 1)
    expect(curve).toHaveLength(200)
    expect(curve.at(-1)).toEqual([1, 1])
  })
})

describe('intervals', () => {
  const rng = createRng('truth')
  const sampleOf = (n: number): BinaryCase => {
    const scores = Array.from({ length: n }, () => rng.next())
    return { labels: scores.map((score) => (rng.next() < score ? 1 : 0)), scores }
  }
  // Of perfectly calibrated uniform scores: accuracy 3/4, AUC 5/6, Brier 1/6, log loss 1/2; precision and recall of the upper half 3/4.
  const truths = {
    accuracy: 3 / 4,
    auc: 5 / 6,
    brier: 1 / 6,
    logLoss: 1 / 2,
    precision: 3 / 4,
    recall: 3 / 4,
    f1: 3 / 4,
  }

  it.each(Object.entries(truths))('of %s cover the truth nearly as often as they say', (name, truth) => {
    let covered = 0
    for (let trial = 0; trial < 200; trial++) {
      const estimate = estimateMetric(getMetric(name), binaryOutcome(sampleOf(150)), { rng, resamples: 100 })
      if (estimate?.interval && estimate.interval.lower <= truth && truth <= estimate.interval.upper) covered++
    }
    expect(covered / 200).toBeGreaterThan(0.89)
  })

  it('of the bootstrap cover the truth', () => {
    let covered = 0
    for (let trial = 0; trial < 300; trial++) {
      const predicted = Float64Array.from({ length: 150 }, () => rng.normal())
      // Half of the variance is noise, so the true R² is one half.
      const table = makeTable({ y: floatColumn(predicted.map((value) => value + rng.normal())) })
      const { interval } = estimateMetric(getMetric('r2'), outcomeOf(table, { values: predicted }, { target: 'y' }), {
        rng,
      })!
      if (interval!.lower <= 0.5 && 0.5 <= interval!.upper) covered++
    }
    expect(covered / 300).toBeGreaterThan(0.9)
    expect(covered / 300).toBeLessThan(0.985)
  })

  it('of average precision cover the truth', () => {
    // Its true value has no simple formula: that of a sample of 200,000 stands for it.
    const truth = computeMetric(getMetric('averagePrecision'), binaryOutcome(sampleOf(200_000)))
    let covered = 0
    for (let trial = 0; trial < 200; trial++) {
      const { interval } = estimateMetric(getMetric('averagePrecision'), binaryOutcome(sampleOf(150)), { rng })!
      if (interval!.lower <= truth && truth <= interval!.upper) covered++
    }
    expect(covered / 200).toBeGreaterThan(0.89)
  })

  it('of a difference are narrower than those of its parts', () => {
    const sample = sampleOf(800)
    const better = binaryOutcome(sample)
    const worse = binaryOutcome({ ...sample, scores: sample.scores.map((score) => 0.8 * score + 0.2 * rng.next()) })
    for (const name of ['auc', 'accuracy', 'logLoss']) {
      const metric = getMetric(name)
      const own = estimateMetric(metric, better, { rng })!.interval!
      const difference = compareOutcomes(metric, better, worse, { rng })!
      expect(difference.interval!.upper - difference.interval!.lower).toBeLessThan(own.upper - own.lower)
      expect(compareOutcomes(metric, better, better, { rng })!.value).toBe(0)
    }
  })
})

describe('baselines', () => {
  const outcome = binaryOutcome(fixture.binary[1]!)
  it('of the majority have the frequency of its class as accuracy, and an AUC of one half', () => {
    const majority = majorityBaseline(outcome)
    const frequency = fixture.binary[1]!.labels.filter((label) => label === 0).length / 150
    expect(computeMetric(getMetric('accuracy'), majority)).toBeCloseTo(frequency, 12)
    expect(computeMetric(getMetric('auc'), majority)).toBe(0.5)
    expect(computeMetric(getMetric('r2'), majorityBaseline(regressionOutcome()))).toBeCloseTo(0, 12)
  })

  it('that guess in proportion predict each class as often as it occurs', () => {
    const guesses = stratifiedBaseline(
      binaryOutcome({ labels: Array.from({ length: 4000 }, (_, i) => +(i % 5 === 0)), scores: Array(4000).fill(0.5) }),
      createRng(5),
    )
    expect([...guesses.predicted].filter((label) => label === 1).length / 4000).toBeCloseTo(0.2, 1)
  })
})

describe('outcomes', () => {
  it('leave out rows without label', () => {
    const table = makeTable({ y: floatColumn([1, null, 0]) })
    const outcome = outcomeOf(
      table,
      { probabilities: Float64Array.of(0.1, 0.9, 0.5, 0.5, 0.7, 0.3) },
      { target: 'y', classes: ['0', '1'] },
    )
    expect(outcome.rowCount).toBe(2)
    expect(computeMetric(getMetric('accuracy'), outcome)).toBe(1)
  })

  it('refuse no labels, another shape, an unknown class', () => {
    const table = makeTable({ y: floatColumn([1, null]) })
    const options = { target: 'y', classes: ['0', '1'] }
    expect(() => outcomeOf(makeTable({ y: floatColumn([null]) }), { values: Float64Array.of(1) }, options)).toThrow(
      /No row/,
    )
    expect(() => outcomeOf(table, { probabilities: Float64Array.of(1, 0) }, options)).toThrow(/gave 2 numbers/)
    expect(() => withPositive(binaryOutcome(fixture.binary[0]!), 'late')).toThrow(/no class "late"/)
  })

  it('have metrics with names, labels and directions that are all different', () => {
    expect(new Set(METRICS.map((metric) => metric.name)).size).toBe(METRICS.length)
    for (const metric of METRICS) expect(['higher', 'lower']).toContain(metric.direction)
  })
})
