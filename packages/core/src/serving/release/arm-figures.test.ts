import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../../kernel/index.ts'
import { quantileSorted } from '../../statistics/index.ts'
import {
  type ArmFigures,
  addArmFigures,
  addMetric,
  addRequest,
  addScore,
  armFiguresFromJson,
  armFiguresSchema,
  armFiguresToJson,
  emptyArmFigures,
  mergedArmFigures,
  takeBackMetric,
} from './arm-figures.ts'
import { countAboveMs, LATENCY_BIN_COUNT, latencyBin, latencyBinStartMs, latencyQuantile } from './latency-bins.ts'
import { classificationValues, regressionValues } from './release-metric.ts'

function serve(parts: readonly ArmFigures[], rng: Rng, n: number): void {
  for (let i = 0; i < n; i++) {
    const request = { isError: rng.next() < 0.1, latencyMs: 3 * Math.exp(rng.normal()) }
    const [score, right] = [rng.next() < 0.01 ? Number.NaN : rng.next(), rng.next() < 0.8 ? 1 : 0]
    for (const part of parts) {
      addRequest(part, request)
      addScore(part, score)
      addMetric(part, 'accuracy', right)
      addMetric(part, 'reward', score * 3)
    }
  }
}

describe('arm figures', () => {
  it('of parts, added up, are those of the whole', () => {
    const [whole, first, second] = [emptyArmFigures(), emptyArmFigures(), emptyArmFigures()]
    const rng = createRng('parts')
    serve([whole, first], rng, 700)
    serve([whole, second], rng, 400)
    const merged = mergedArmFigures([first, second])
    for (const key of ['requestCount', 'errorCount', 'invalidCount', 'latency', 'scores'] as const) {
      expect(merged[key]).toEqual(whole[key])
    }
    for (const metric of ['accuracy', 'reward'] as const) {
      expect(merged.metrics[metric].n).toBe(whole.metrics[metric].n)
      expect(merged.metrics[metric].mean).toBeCloseTo(whole.metrics[metric].mean, 12)
      expect(merged.metrics[metric].squaredDeviations).toBeCloseTo(whole.metrics[metric].squaredDeviations, 8)
    }
    expect(first.requestCount).toBe(700)
  })

  it('come back from JSON as they were', () => {
    const figures = emptyArmFigures([-5, 0, 5])
    serve([figures], createRng('json'), 300)
    figures.pendingCount = 12
    const stored = armFiguresSchema.parse(JSON.parse(JSON.stringify(armFiguresToJson(figures))))
    expect(armFiguresFromJson(stored)).toEqual(figures)
    expect(armFiguresFromJson(armFiguresSchema.parse(armFiguresToJson(emptyArmFigures())))).toEqual(emptyArmFigures())
  })

  it('count failures in a row, and forget them at the next answer', () => {
    const figures = emptyArmFigures()
    for (const isError of [true, true, true, false, true]) addRequest(figures, { isError })
    expect(figures).toMatchObject({ errorCount: 4, errorStreak: 1, longestErrorStreak: 3 })
  })

  it('count what is no number apart, and take a label back', () => {
    const figures = emptyArmFigures()
    for (const score of [Number.NaN, Number.POSITIVE_INFINITY, 0.5]) addScore(figures, score)
    expect(figures.invalidCount).toBe(2)
    expect(figures.scoreMoments.n).toBe(1)
    addMetric(figures, 'brier', 0.04)
    addMetric(figures, 'brier', 0.5)
    addMetric(figures, 'brier', Number.NaN)
    takeBackMetric(figures, 'brier', 0.5)
    expect(figures.metrics.brier.n).toBe(1)
    expect(figures.metrics.brier.mean).toBeCloseTo(0.04, 12)
  })

  it('on different score edges are not added', () => {
    expect(() => addArmFigures(emptyArmFigures(), emptyArmFigures([1, 2]))).toThrow(/edges/)
  })
})

describe('latency bins', () => {
  it('know percentiles to 4 %', () => {
    const rng = createRng('latency')
    const values = Float64Array.from({ length: 20_000 }, () => 8 * Math.exp(0.7 * rng.normal()))
    const counts = new Float64Array(LATENCY_BIN_COUNT)
    for (const value of values) counts[latencyBin(value)]!++
    values.sort()
    for (const fraction of [0.01, 0.5, 0.95, 0.99]) {
      const found = latencyQuantile(counts, fraction)!
      expect(Math.abs(found / quantileSorted(values, fraction) - 1)).toBeLessThan(0.04)
    }
    expect(latencyQuantile(new Float64Array(LATENCY_BIN_COUNT), 0.5)).toBeUndefined()
  })

  it('hold every latency between their ends', () => {
    for (const latencyMs of [0, 0.003, 0.01, 0.0101, 1, 7.77, 999, 99_999, 1e7, Number.POSITIVE_INFINITY]) {
      const bin = latencyBin(latencyMs)
      expect(bin).toBeGreaterThanOrEqual(0)
      expect(bin).toBeLessThan(LATENCY_BIN_COUNT)
      expect(latencyBinStartMs(bin)).toBeLessThanOrEqual(latencyMs * (1 + 1e-12))
      if (bin + 1 < LATENCY_BIN_COUNT)
        expect(latencyBinStartMs(bin + 1)).toBeGreaterThanOrEqual(latencyMs * (1 - 1e-12))
    }
  })

  it('count above a limit only what is above it for certain', () => {
    const counts = new Float64Array(LATENCY_BIN_COUNT)
    for (const latencyMs of [49, 50.5, 60, 200]) counts[latencyBin(latencyMs)]!++
    expect(countAboveMs(counts, 50)).toBe(2)
  })
})

describe('the metrics of a label', () => {
  it('of two classes are those of scikit-learn', () => {
    const values = classificationValues({ no: 0.2, yes: 0.8 }, 'yes', 'no')
    expect(values.accuracy).toBe(0)
    expect(values.brier).toBeCloseTo(0.64, 12)
    expect(values.logLoss).toBeCloseTo(-Math.log(0.2), 12)
  })

  it('of several classes sum over all; an unknown one has no probability', () => {
    expect(classificationValues({ a: 0.5, b: 0.3, c: 0.2 }, 'a', 'a').brier).toBeCloseTo(0.25 + 0.09 + 0.04, 12)
    const unknown = classificationValues({ a: 1, b: 0, c: 0 }, 'a', 'toString')
    expect(unknown.brier).toBe(2)
    expect(unknown.logLoss).toBeCloseTo(34.5388, 3)
  })

  it('of a regression are its errors', () => {
    expect(regressionValues(3, 5)).toEqual({ absoluteError: 2, squaredError: 4 })
  })
})
