import { describe, expect, it } from 'vitest'
import { createRng } from '../../../packages/core/src/kernel/index.ts'
import {
  type GradientBoostingOptions,
  gradientBoosting,
  type LearningTarget,
  logisticRegression,
  makeMatrix,
} from '../../../packages/core/src/training/index.ts'
import fixture from '../training.json' with { type: 'json' }

const names = ['a', 'b', 'c']
const matrix = makeMatrix(
  names,
  fixture.x.map((column) => Float32Array.from(column)),
)
const gappy = makeMatrix(
  names,
  fixture.gappy.map((column) => Float32Array.from(column, (value) => value ?? Number.NaN)),
)
const late: LearningTarget = { task: 'binary', classCount: 2, codes: Int32Array.from(fixture.late) }
const kind: LearningTarget = { task: 'multiclass', classCount: 3, codes: Int32Array.from(fixture.kind) }
const signal: LearningTarget = { task: 'regression', values: Float64Array.from(fixture.signal) }
const weights = Float64Array.from(fixture.weights)
const options = { rng: createRng(1) }

const greatestDifference = (got: ArrayLike<number>, expected: readonly number[]): number => {
  expect(got).toHaveLength(expected.length)
  return Math.max(...expected.map((value, i) => Math.abs(value - got[i]!)))
}

describe('logisticRegression', () => {
  it.each([
    ['binary', late, undefined],
    ['weighted', late, weights],
    ['multiclass', kind, undefined],
  ] as const)('matches scikit-learn on standardised features: %s', (name, target, rowWeights) => {
    const { l2, probabilities } = fixture.logistic[name]
    const model = logisticRegression({ l2, tolerance: 1e-9 }).fit(matrix, target, {
      ...options,
      ...(rowWeights && { weights: rowWeights }),
    })
    model.predict(matrix).forEach((ofClass, k) => {
      expect(
        greatestDifference(
          ofClass,
          probabilities.map((row) => row[k]!),
        ),
      ).toBeLessThan(1e-6)
    })
  })
})

describe('gradientBoosting', () => {
  const params: GradientBoostingOptions = {
    trees: 12,
    leaves: 7,
    learningRate: 0.2,
    l2: 0.5,
    minRowsPerLeaf: 1,
  }

  it('grows one tree as a decision tree of scikit-learn does', () => {
    const one = gradientBoosting({ trees: 1, leaves: 9, learningRate: 1, l2: 0, minRowsPerLeaf: 12 })
    const [values] = one.fit(matrix, signal, options).predict(matrix)
    expect(greatestDifference(values!, fixture.tree)).toBeLessThan(1e-6)
  })

  it('matches histogram boosting of scikit-learn with missing values, log-loss', () => {
    const [, probabilities] = gradientBoosting(params).fit(gappy, late, options).predict(gappy)
    expect(greatestDifference(probabilities!, fixture.boosting.classifier)).toBeLessThan(1e-6)
  })

  it('matches it with weights', () => {
    const [, probabilities] = gradientBoosting(params)
      .fit(gappy, late, { ...options, weights })
      .predict(gappy)
    expect(greatestDifference(probabilities!, fixture.boosting.weighted)).toBeLessThan(1e-6)
  })

  it('matches it for squared error', () => {
    const [values] = gradientBoosting(params).fit(gappy, signal, options).predict(gappy)
    expect(greatestDifference(values!, fixture.boosting.regressor)).toBeLessThan(1e-6)
  })
})
