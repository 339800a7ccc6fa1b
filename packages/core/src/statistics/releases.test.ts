import { describe, expect, it } from 'vitest'
import fixture from '../../../../tests/reference/releases.json' with { type: 'json' }
import { murmur3 } from '../kernel/index.ts'
import * as statistics from './index.ts'

/** Equal to `digits` significant digits. */
function expectClose(actual: number, expected: number, digits = 9): void {
  const tolerance = 10 ** -digits * Math.max(Math.abs(expected), 1e-12)
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance)
}

describe('murmur3', () => {
  it.each(fixture.murmur)('matches mmh3: %s, seed %i', (text, seed, hash) => {
    expect(murmur3(String(text), Number(seed))).toBe(hash)
  })
})

describe('mannWhitney', () => {
  it.each(fixture.mannWhitney)('matches SciPy: $name', (sample) => {
    const [x, y] = [Float64Array.from(sample.x), Float64Array.from(sample.y)]
    for (const expected of sample.methods) {
      const found = statistics.mannWhitney(x, y, expected.method === 'exact' ? 'exact' : 'normal')
      expect(found.u).toBe(sample.u)
      expectClose(found.pValue, expected.pValue)
      expectClose(found.greater, expected.greater)
      expectClose(found.less, expected.less)
    }
  })

  it('is exact for small samples without ties only', () => {
    const few = Float64Array.of(1, 2, 3)
    expect(statistics.mannWhitney(few, Float64Array.of(4, 5)).method).toBe('exact')
    expect(statistics.mannWhitney(few, Float64Array.of(3, 5)).method).toBe('normal')
  })

  it('says nothing of samples that are all alike, and refuses an empty one', () => {
    expect(statistics.mannWhitney(Float64Array.of(1, 1), Float64Array.of(1, 1, Number.NaN)).pValue).toBe(1)
    expect(() => statistics.mannWhitney(Float64Array.of(Number.NaN), Float64Array.of(1))).toThrow(/two samples/)
  })
})

describe('hodgesLehmann', () => {
  it.each(fixture.shifts)("is the shift that SciPy's test leaves open, at $confidence", (sample) => {
    const [x, y] = [Float64Array.from(sample.x), Float64Array.from(sample.y)]
    const { estimate, interval } = statistics.hodgesLehmann(x, y, sample.confidence)
    expect(estimate).toBeCloseTo(sample.estimate, 12)
    expect(interval.lower).toBeCloseTo(sample.lower, 12)
    expect(interval.upper).toBeCloseTo(sample.upper, 12)
  })

  it('knows no bound where no difference is far enough', () => {
    const { interval } = statistics.hodgesLehmann(Float64Array.of(1, 2), Float64Array.of(3, 4))
    expect(interval).toEqual({ lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY, confidence: 0.95 })
  })
})

describe('mannWhitneyOfCounts', () => {
  it.each(fixture.binnedMannWhitney)('matches SciPy on the bins, moved too', (sample) => {
    const [first, second] = [Float64Array.from(sample.first), Float64Array.from(sample.second)]
    const found = statistics.mannWhitneyOfCounts(first, second)
    expectClose(found.probabilityAbove, sample.probabilityAbove)
    expectClose(2 * statistics.normalSurvival(Math.abs(found.z)), sample.pValue)
    const moved = statistics.mannWhitneyOfCounts(first, second, 2)
    expectClose(moved.probabilityAbove, sample.movedProbability)
    expectClose(2 * statistics.normalSurvival(Math.abs(moved.z)), sample.movedPValue)
  })

  it('is the mirror image when the samples are swapped', () => {
    const [first, second] = [Float64Array.of(4, 9, 2, 0), Float64Array.of(1, 3, 8, 2)]
    const [there, back] = [statistics.shiftOfCounts(first, second, 1.96), statistics.shiftOfCounts(second, first, 1.96)]
    expect(there.estimate).toBeCloseTo(-back.estimate, 12)
    expect(there.lower).toBeCloseTo(-back.upper, 12)
  })

  it('finds a shift of whole bins', () => {
    const first = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 100 * Math.exp(-((i - 8) ** 2) / 8) : 0))
    const second = Float64Array.from({ length: 40 }, (_, i) => first[i - 5] ?? 0)
    const { estimate, lower, upper } = statistics.shiftOfCounts(first, second, 1.96)
    expect(estimate).toBeCloseTo(5, 6)
    expect(lower).toBeLessThan(5)
    expect(upper).toBeGreaterThan(5)
  })
})

describe('mixture ratios', () => {
  it('match the numerical integral over effects', () => {
    for (const [z, ratio, both, upper] of fixture.mixture) {
      expect(statistics.logMixtureRatio(z!, ratio!)).toBeCloseTo(both!, 8)
      expect(statistics.logUpperMixtureRatio(z!, ratio!)).toBeCloseTo(upper!, 8)
    }
  })

  it('of several effects is that of each, added up', () => {
    const [a, b] = [1.3, -2.2]
    const one = statistics.logMixtureRatio(a, 0.7) + statistics.logMixtureRatio(b, 0.7)
    expect(statistics.logChiSquareMixtureRatio(a * a + b * b, 2, 0.7)).toBeCloseTo(one, 12)
  })

  it('reach 1/α at the critical values', () => {
    for (const [alpha, ratio, both, upper] of fixture.critical) {
      expectClose(statistics.mixtureCritical(alpha!, ratio!), both!)
      expectClose(statistics.upperMixtureCritical(alpha!, ratio!), upper!)
    }
  })
})

describe('sequential shares', () => {
  it('match the numerical integral over shares above the limit', () => {
    for (const [successes, n, limit, logRatio] of fixture.shares.ratios) {
      expect(statistics.logShareAboveRatio(successes!, n!, limit!)).toBeCloseTo(logRatio!, 6)
    }
  })

  it('have the bounds where that reaches 1/α', () => {
    for (const [successes, n, alpha, lower] of fixture.shares.lower) {
      expectClose(statistics.sequentialShareLower(successes!, n!, alpha!), lower!, 6)
      expectClose(statistics.sequentialShareUpper(n! - successes!, n!, alpha!), 1 - lower!, 6)
    }
  })

  it('know nothing without trials, and certainty without exceptions', () => {
    expect(statistics.sequentialShareInterval(0, 0)).toEqual({ lower: 0, upper: 1, confidence: 0.95 })
    expect(statistics.sequentialShareInterval(0, 50).lower).toBe(0)
    expect(statistics.logShareAboveRatio(1, 10, 0)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('differences at one look', () => {
  it('of shares match statsmodels', () => {
    for (const [a, m, b, n, confidence, lower, upper, pValue] of fixture.proportions) {
      const found = statistics.twoProportions({ successes: a!, n: m! }, { successes: b!, n: n! }, confidence)
      expect(found.interval.lower).toBeCloseTo(lower!, 10)
      expect(found.interval.upper).toBeCloseTo(upper!, 10)
      expectClose(found.pValue, pValue!)
    }
  })

  it('of means match statsmodels', () => {
    for (const { x, y, lower, upper, pValue } of fixture.means) {
      const [first, second] = [statistics.momentsOf(Float64Array.from(x)), statistics.momentsOf(Float64Array.from(y))]
      const found = statistics.meanDifference(first, second)
      expect(found.interval.lower).toBeCloseTo(lower, 10)
      expect(found.interval.upper).toBeCloseTo(upper, 10)
      expectClose(found.pValue, pValue)
    }
  })
})

describe('plannedPower', () => {
  it('matches statsmodels for shares, unequal arms too', () => {
    for (const [baseline, effect, n, ratio, alpha, power] of fixture.powers.shares) {
      const found = statistics.plannedPower({ kind: 'share', baseline: baseline! }, effect!, n!, {
        ratio: ratio!,
        alpha: alpha!,
      })
      expectClose(found, power!)
    }
  })

  it('matches statsmodels for means, and so does the sample size', () => {
    for (const [effect, n, ratio, alpha, power, needed] of fixture.powers.means) {
      const outcome = { kind: 'mean', standardDeviation: 1 } as const
      const options = { ratio: ratio!, alpha: alpha! }
      expectClose(statistics.plannedPower(outcome, effect!, n!, options), power!)
      const plan = statistics.planSampleSize(outcome, effect!, { ...options, power: 0.9 })
      expect(plan.controlCount).toBe(Math.ceil(needed!))
    }
  })

  it('agrees with its inverses', () => {
    const outcome = { kind: 'share', baseline: 0.1 } as const
    for (const options of [{}, { method: 'sequential' }, { ratio: 0.25, comparisons: 3 }] as const) {
      const { controlCount } = statistics.planSampleSize(outcome, 0.01, options)
      expect(statistics.plannedPower(outcome, 0.01, controlCount, options)).toBeGreaterThanOrEqual(0.8)
      expect(statistics.plannedPower(outcome, 0.01, controlCount - 1, options)).toBeLessThan(0.8)
      expect(statistics.detectableEffect(outcome, controlCount, options)).toBeCloseTo(0.01, 5)
    }
    expect(statistics.planSampleSize(outcome, 0.01, { ratio: 0.5, comparisons: 2 })).toMatchObject({
      treatmentCount: expect.any(Number),
    })
    expect(statistics.detectableEffect(outcome, 3)).toBeUndefined()
    expect(statistics.detectableEffect(outcome, 5000, { sign: -1 })).toBeLessThan(0)
  })

  it.each([
    [0.1, 0, /effect of 0/],
    [0.1, -0.2, /out of 0 to 1/],
    [1.2, 0.1, /no share/],
  ])('refuses a baseline of %d with an effect of %d', (baseline, effect, message) => {
    expect(() => statistics.planSampleSize({ kind: 'share', baseline }, effect)).toThrow(message)
  })
})

describe('sampleRatio', () => {
  it.each(fixture.sampleRatios)('matches SciPy and ssrm-test: %j of %j', (observed, planned, pValue, logFactor) => {
    const [counts, shares] = [observed as number[], planned as number[]]
    expectClose(statistics.sampleRatio(counts, shares).pValue, Number(pValue))
    const sequential = statistics.sequentialSampleRatio(counts, shares).pValue
    expect(sequential).toBeCloseTo(Math.min(1, Math.exp(-Number(logFactor))), 6)
  })

  it('refuses an arm without a share', () => {
    expect(() => statistics.sampleRatio([1, 2], [1, 0])).toThrow(/shares 1, 0/)
  })
})

describe('moments', () => {
  it('take a value back as if it had never been there', () => {
    const some = statistics.momentsOf(Float64Array.of(3, 1, 4, 1, 5))
    const more = statistics.withValue(some, 9)
    expect(more).toEqual(statistics.momentsOf(Float64Array.of(3, 1, 4, 1, 5, 9)))
    const back = statistics.withoutValue(more, 9)
    expect(back.mean).toBeCloseTo(some.mean, 12)
    expect(back.squaredDeviations).toBeCloseTo(some.squaredDeviations, 12)
    expect(statistics.withoutValue(statistics.withValue(statistics.NO_MOMENTS, 2), 2)).toEqual(statistics.NO_MOMENTS)
  })

  it('of a share are those of its zeros and ones', () => {
    const found = statistics.momentsOfShare(3, 4)
    expect(found).toEqual(statistics.momentsOf(Float64Array.of(1, 1, 0, 1)))
  })
})
