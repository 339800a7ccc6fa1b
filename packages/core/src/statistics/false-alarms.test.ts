import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../kernel/index.ts'
import * as statistics from './index.ts'

const TRIALS = 600
const ALPHA = 0.05
// The binomial 99 % range of a 5 % rate in 600 trials is 0.0283 to 0.0750.
const [LEAST, MOST] = [0.0283, 0.075]

const normals = (rng: Rng, n: number, shift = 0) => Float64Array.from({ length: n }, () => rng.normal() + shift)

function rejectionRate(seed: string, pValue: (rng: Rng) => number): number {
  const rng = createRng(seed)
  let rejected = 0
  for (let trial = 0; trial < TRIALS; trial++) if (pValue(rng) <= ALPHA) rejected++
  return rejected / TRIALS
}

function scored(rng: Rng, n: number, gap: number) {
  const labels = Uint8Array.from({ length: n }, (_, i) => (i % 4 === 0 ? 1 : 0))
  const signal = normals(rng, n)
  const noisy = (strength: number) => signal.map((value, i) => value + strength * labels[i]! + rng.normal())
  return { labels, first: noisy(1), second: noisy(1 + gap) }
}

describe('false alarms under no change', () => {
  it('of Kolmogorov–Smirnov are at the level for 200 rows', () => {
    const rate = rejectionRate('ks', (rng) => statistics.kolmogorovSmirnov(normals(rng, 200), normals(rng, 200)).pValue)
    // The statistic is discrete, so that the test may stay below its level but not above.
    expect(rate).toBeGreaterThan(0.015)
    expect(rate).toBeLessThan(MOST)
  })

  it('of chi-square are at the level', () => {
    const counts = (rng: Rng, n: number) => {
      const bins = [0, 0, 0, 0, 0, 0]
      for (let i = 0; i < n; i++) bins[rng.integer(6)]!++
      return bins
    }
    const rate = rejectionRate(
      'chi',
      (rng) => statistics.chiSquareContingency([counts(rng, 300), counts(rng, 900)]).pValue,
    )
    expect(rate).toBeGreaterThan(LEAST)
    expect(rate).toBeLessThan(MOST)
  })

  it('of the paired DeLong test are at the level', () => {
    const rate = rejectionRate('delong', (rng) => {
      const { first, second, labels } = scored(rng, 240, 0)
      return statistics.pairedDelong(first, second, labels).pValue
    })
    expect(rate).toBeGreaterThan(LEAST)
    expect(rate).toBeLessThan(MOST)
  })

  it('of a whole report under Holm stay at the level, and without it do not', () => {
    const report = (rng: Rng) => Array.from({ length: 20 }, () => 2 * statistics.normalSurvival(Math.abs(rng.normal())))
    expect(rejectionRate('holm', (rng) => Math.min(...statistics.holm(report(rng))))).toBeLessThan(MOST)
    expect(rejectionRate('plain', (rng) => Math.min(...report(rng)))).toBeGreaterThan(0.5)
  })
})

describe('power', () => {
  it('of Kolmogorov–Smirnov grows with the shift', () => {
    const power = [0, 0.1, 0.2, 0.4].map((shift) =>
      rejectionRate('power', (rng) => statistics.kolmogorovSmirnov(normals(rng, 200), normals(rng, 200, shift)).pValue),
    )
    expect(power).toEqual([...power].sort((a, b) => a - b))
    expect(power.at(-1)).toBeGreaterThan(0.9)
  })

  it('of the paired DeLong test grows with the gap', () => {
    const power = [0, 0.2, 0.4, 0.8].map((gap) =>
      rejectionRate('power', (rng) => {
        const { first, second, labels } = scored(rng, 240, gap)
        return statistics.pairedDelong(first, second, labels).pValue
      }),
    )
    expect(power).toEqual([...power].sort((a, b) => a - b))
    expect(power.at(-1)).toBeGreaterThan(0.85)
  })
})

/** The chance that Wilson's interval of n trials holds the true rate, summed over every outcome. */
function wilsonCoverage(n: number, rate: number): number {
  let coverage = 0
  let chance = (1 - rate) ** n
  for (let k = 0; k <= n; k++) {
    const { lower, upper } = statistics.wilsonInterval(k, n)
    if (lower <= rate && rate <= upper) coverage += chance
    chance *= ((n - k) / (k + 1)) * (rate / (1 - rate))
  }
  return coverage
}

describe('intervals', () => {
  it('of Wilson cover the truth as often as they say, averaged over all rates', () => {
    const rates = Array.from({ length: 99 }, (_, i) => (i + 1) / 100)
    for (const n of [10, 60, 150]) {
      const coverage = rates.reduce((sum, rate) => sum + wilsonCoverage(n, rate), 0) / rates.length
      expect(coverage).toBeGreaterThan(0.94)
      expect(coverage).toBeLessThan(0.965)
    }
  })

  it('of the bootstrap cover the truth as often as they say', () => {
    const rng = createRng('coverage')
    let covered = 0
    for (let trial = 0; trial < TRIALS; trial++) {
      const values = normals(rng, 80)
      const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length
      const { lower, upper } = statistics.bootstrapInterval(80, mean, { rng, resamples: 200 })
      if (lower <= 0 && upper >= 0) covered++
    }
    // The percentile interval of a mean of 80 is a little narrow; 200 resamples make it a little narrower.
    expect(covered / TRIALS).toBeGreaterThan(0.915)
    expect(covered / TRIALS).toBeLessThan(0.975)
  })

  it('of the bootstrap repeat with the same seed', () => {
    const run = () => statistics.bootstrapInterval(30, (rows) => rows[0]!, { rng: createRng(3) })
    expect(run()).toEqual(run())
  })
})
