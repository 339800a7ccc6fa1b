import { describe, expect, it } from 'vitest'
import fixture from '../../../../tests/reference/statistics.json' with { type: 'json' }
import * as statistics from './index.ts'

const { distributions } = fixture

/** Equal to `digits` significant digits; absolute below 1e-300. */
function expectClose(actual: number, expected: number, digits = 10): void {
  const tolerance = 10 ** -digits * Math.max(Math.abs(expected), 1e-300)
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance)
}

describe('distribution functions', () => {
  it('match SciPy to ten significant digits, tails included', () => {
    for (const [x, p] of distributions.normalCdf) expectClose(statistics.normalCdf(x!), p!)
    for (const [x, k, cdf, survival] of distributions.chiSquareCdf) {
      expectClose(statistics.chiSquareCdf(x!, k!), cdf!)
      expectClose(statistics.chiSquareSurvival(x!, k!), survival!)
    }
    for (const [x, a, b, p] of distributions.betaCdf) expectClose(statistics.betaCdf(x!, a!, b!), p!)
    for (const [x, k, cdf, survival] of distributions.studentTCdf) {
      expectClose(statistics.studentTCdf(x!, k!), cdf!)
      expectClose(statistics.studentTSurvival(x!, k!), survival!)
    }
    for (const [x, p] of distributions.kolmogorovSurvival) expectClose(statistics.kolmogorovSurvival(x!), p!)
  })

  it('match SciPy in their quantiles', () => {
    for (const [p, x] of distributions.normalQuantile) expectClose(statistics.normalQuantile(p!), x!)
    for (const [p, k, x] of distributions.chiSquareQuantile) expectClose(statistics.chiSquareQuantile(p!, k!), x!)
    for (const [p, a, b, x] of distributions.betaQuantile) expectClose(statistics.betaQuantile(p!, a!, b!), x!)
    for (const [p, k, x] of distributions.studentTQuantile) expectClose(statistics.studentTQuantile(p!, k!), x!, 9)
  })
})

describe('wilsonInterval', () => {
  it('matches SciPy, at the ends too', () => {
    for (const [successes, n, confidence, lower, upper] of fixture.wilson) {
      const interval = statistics.wilsonInterval(successes!, n!, confidence!)
      expect(interval.lower).toBeCloseTo(lower!, 12)
      expect(interval.upper).toBeCloseTo(upper!, 12)
    }
  })

  it('knows nothing without trials', () => {
    expect(statistics.wilsonInterval(0, 0)).toEqual({ lower: 0, upper: 1, confidence: 0.95 })
  })
})

describe('kolmogorovSmirnov', () => {
  it.each(fixture.kolmogorovSmirnov)('matches SciPy: $name', (sample) => {
    const [x, y] = [Float64Array.from(sample.x), Float64Array.from(sample.y)]
    const exact = statistics.kolmogorovSmirnov(x, y, 'exact')
    expect(exact.statistic).toBeCloseTo(sample.statistic, 12)
    expectClose(exact.pValue, sample.exact, 8)
    expectClose(statistics.kolmogorovSmirnov(x, y, 'asymptotic').pValue, sample.limit, 8)
    expect(statistics.wasserstein(x, y)).toBeCloseTo(sample.wasserstein, 12)
    expect(statistics.wasserstein(y, x)).toBeCloseTo(sample.wasserstein, 12)
  })

  it('matches the published numbers of a large pair of samples', () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => (i * 0.6180339887498949) % 1)
    const y = Float64Array.from({ length: 800 }, (_, i) => ((i * 0.7548776662466927) % 1) ** 1.1)
    expect(statistics.kolmogorovSmirnov(x, y).pValue).toBeCloseTo(0.4403458586748, 8)
    expect(statistics.kolmogorovSmirnov(x, y, 'asymptotic').pValue).toBeCloseTo(0.4516223275, 8)
    expect(statistics.wasserstein(x, y)).toBeCloseTo(0.0264125628, 9)
  })

  it('refuses an empty sample', () => {
    expect(() => statistics.kolmogorovSmirnov(Float64Array.of(Number.NaN), Float64Array.of(1))).toThrow(/two samples/)
  })
})

describe('chiSquareContingency', () => {
  it.each(fixture.contingency)('matches SciPy: $name', (sample) => {
    const result = statistics.chiSquareContingency(sample.table)
    expectClose(result.statistic, sample.statistic)
    expectClose(result.pValue, sample.pValue, 9)
    expect(result.degreesOfFreedom).toBe(sample.df)
  })

  it("gives the published bias-corrected Cramér's V", () => {
    expect(
      statistics.chiSquareContingency([
        [200, 800],
        [400, 600],
      ]).cramersV,
    ).toBeCloseTo(0.2160257918, 2)
  })

  it('finds nothing to test in one column', () => {
    expect(
      statistics.chiSquareContingency([
        [5, 0],
        [9, 0],
      ]),
    ).toMatchObject({ statistic: 0, pValue: 1, cramersV: 0 })
  })

  it('refuses rows of different length', () => {
    expect(() => statistics.chiSquareContingency([[1, 2], [1]])).toThrow(/differ in length/)
  })
})

describe('fisherExact', () => {
  it.each(fixture.fisher)('matches SciPy: $table', ({ table, greater, less }) => {
    const [[a, b], [c, d]] = table as [[number, number], [number, number]]
    const result = statistics.fisherExact([
      [a, b],
      [c, d],
    ])
    expectClose(result.greater, greater, 7)
    expectClose(result.less, less, 7)
    expect(result.pValue).toBeCloseTo(Math.min(1, 2 * Math.min(greater, less)), 7)
  })
})

describe('distances', () => {
  const [p, q] = [
    [0.1, 0.2, 0.3, 0.4],
    [0.25, 0.25, 0.25, 0.25],
  ]
  it('match SciPy', () => {
    expect(statistics.psi(p, q)).toBeCloseTo(fixture.distances.psi, 12)
    expect(statistics.jensenShannon(p, q)).toBeCloseTo(fixture.distances.jensenShannon, 12)
    expect(statistics.jensenShannon([0.5, 0.5, 0], [0.4, 0.4, 0.2])).toBeCloseTo(
      fixture.distances.jensenShannonWithZero,
      12,
    )
    expect(statistics.totalVariation(p, q)).toBeCloseTo(fixture.distances.totalVariation, 12)
  })

  it('give the published index of two samples on the deciles of the first', () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => (i * 0.6180339887498949) % 1)
    const y = Float64Array.from({ length: 800 }, (_, i) => ((i * 0.7548776662466927) % 1) ** 1.1)
    const edges = statistics.quantiles(x, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    const shares = (values: Float64Array) => {
      const counts = Array<number>(10).fill(0)
      for (const value of values) counts[statistics.countUpTo(edges, value)]! += 1
      return statistics.fractionsOf(counts)
    }
    expect(shares(y)[0]).toBe(0.1275)
    expect(statistics.psi(shares(x), shares(y))).toBeCloseTo(0.0104011342, 9)
  })

  it('are zero for equal distributions', () => {
    for (const distance of [statistics.psi, statistics.jensenShannon, statistics.totalVariation])
      expect(distance(p, p)).toBe(0)
  })

  it('smooth counts so that no bin is empty', () => {
    expect(statistics.fractionsOf([3, 0], 0.5)).toEqual([0.875, 0.125])
  })

  it('refuse what is not a distribution', () => {
    expect(() => statistics.psi([0.5, 0.6], [0.5, 0.5])).toThrow(/same bins/)
    expect(() => statistics.totalVariation([1], [0.5, 0.5])).toThrow(/same bins/)
  })
})

describe('DeLong', () => {
  it.each(fixture.delong)('matches the definition by brute force and scikit-learn, case %#', (sample) => {
    const labels = Uint8Array.from(sample.labels)
    const [first, second] = [Float64Array.from(sample.first), Float64Array.from(sample.second)]
    expect(statistics.auc(first, labels)).toBeCloseTo(sample.firstAuc, 13)
    expectClose(statistics.delongAuc(first, labels).variance, sample.firstVariance)
    const paired = statistics.pairedDelong(first, second, labels)
    expect(paired.secondAuc).toBeCloseTo(sample.secondAuc, 13)
    expectClose(paired.variance, sample.variance)
    expectClose(paired.pValue, sample.pValue, 8)
    expect(paired.interval.lower).toBeCloseTo(sample.interval[0]!, 10)
    expect(paired.interval.upper).toBeCloseTo(sample.interval[1]!, 10)
  })

  it('sees no difference between a model and itself', () => {
    const scores = Float64Array.of(0.1, 0.9, 0.4, 0.4)
    const paired = statistics.pairedDelong(scores, scores, Uint8Array.of(0, 1, 0, 1))
    expect(paired).toMatchObject({ difference: 0, variance: 0, pValue: 1 })
  })

  it('refuses one class, NaN and unequal lengths', () => {
    expect(() => statistics.auc(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toThrow(/both classes/)
    expect(() => statistics.auc(Float64Array.of(1, Number.NaN), Uint8Array.of(1, 0))).toThrow(/NaN/)
    expect(() => statistics.pairedDelong(Float64Array.of(1), Float64Array.of(1, 2), Uint8Array.of(1))).toThrow(/differ/)
  })
})

describe('multiple testing', () => {
  it('matches SciPy for Benjamini and Hochberg', () => {
    for (const { p, bh } of fixture.multipleTesting) {
      for (const [i, adjusted] of statistics.benjaminiHochberg(p).entries()) expect(adjusted).toBeCloseTo(bh[i]!, 12)
    }
  })

  it("gives Holm's step-down values", () => {
    // Holm (1979), worked by hand: 0.01·4, 0.02·3, then the running maximum.
    expect(statistics.holm([0.01, 0.04, 0.03, 0.02])).toEqual([0.04, 0.06, 0.06, 0.06])
  })
})

describe('samples', () => {
  const values = Float64Array.from(fixture.samples.values)
  it('have the quantiles and moments that NumPy gives', () => {
    for (const [i, quantile] of statistics.quantiles(values, fixture.samples.fractions).entries()) {
      expect(quantile).toBeCloseTo(fixture.samples.quantiles[i]!, 12)
    }
    const moments = statistics.momentsOf(values)
    expect(moments.mean).toBeCloseTo(fixture.samples.mean, 12)
    expect(statistics.sampleVariance(moments)).toBeCloseTo(fixture.samples.variance, 12)
    expect(statistics.populationVariance(moments)).toBeCloseTo(fixture.samples.populationVariance, 12)
  })

  it('have the same moments in one piece or two', () => {
    const merged = statistics.mergeMoments(
      statistics.momentsOf(values.subarray(0, 7)),
      statistics.momentsOf(values.subarray(7)),
    )
    expect(merged.mean).toBeCloseTo(fixture.samples.mean, 12)
    expect(statistics.sampleVariance(merged)).toBeCloseTo(fixture.samples.variance, 12)
    expect(statistics.mergeMoments(statistics.NO_MOMENTS, merged)).toEqual(merged)
  })
})
