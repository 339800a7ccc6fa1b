import { describe, expect, it } from 'vitest'
import { createRng } from '../../kernel/index.ts'
import { makeMatrix } from '../feature-matrix.ts'
import type { FitProgress } from '../learner.ts'
import type { LearningTarget } from '../target.ts'
import { assignBins, findThresholds, MISSING_BIN } from './binning.ts'
import { fitEnsemble } from './boosting.ts'
import { gradientBoosting } from './gradient-boosting.ts'
import { HISTOGRAM_STRIDE, type HistogramKernels, typescriptKernels } from './kernels.ts'
import { gradientBoostingParams } from './params.ts'

const rng = createRng('boosting')
const binsOf = (values: Float32Array, thresholds: Float32Array): Uint8Array => {
  const bins = new Uint8Array(values.length)
  assignBins(values, thresholds, bins)
  return bins
}

describe('binning', () => {
  it('gives each value a bin of its own when there are enough', () => {
    const values = Float32Array.of(3, 1, 2, Number.NaN, 1, Infinity, -Infinity)
    expect([...binsOf(values, findThresholds(values, 255))]).toEqual([3, 1, 2, MISSING_BIN, 1, 4, 0])
  })

  it('separates neighbouring float32 numbers, whichever their midpoint rounds to', () => {
    const bits = new Uint32Array(new Float32Array([1]).buffer)[0]!
    const [one, next, afterNext] = new Float32Array(Uint32Array.of(bits, bits + 1, bits + 2).buffer)
    for (const values of [Float32Array.of(one!, next!), Float32Array.of(next!, afterNext!)]) {
      expect([...binsOf(values, findThresholds(values, 255))]).toEqual([0, 1])
    }
  })

  it('makes bins of about equally many rows, and one of its own for a frequent value', () => {
    const values = Float32Array.from({ length: 20_000 }, (_, row) => (row % 4 === 0 ? 0 : rng.normal()))
    const thresholds = findThresholds(values, 64)
    const counts = new Map<number, number>()
    for (const bin of binsOf(values, thresholds)) counts.set(bin, (counts.get(bin) ?? 0) + 1)
    expect(thresholds.length).toBeLessThan(64)
    expect(thresholds.length).toBeGreaterThan(55)
    const ofZero = counts.get(binsOf(Float32Array.of(0), thresholds)[0]!)!
    expect(ofZero).toBeGreaterThanOrEqual(5000)
    expect(ofZero).toBeLessThan(5250)
    expect([...counts.values()].filter((count) => count > 700)).toHaveLength(1)
  })

  it('has no thresholds where there is one value or none', () => {
    expect(findThresholds(Float32Array.of(5, 5, Number.NaN), 255)).toHaveLength(0)
    expect(findThresholds(Float32Array.of(Number.NaN), 255)).toHaveLength(0)
    expect(findThresholds(new Float32Array(), 255)).toHaveLength(0)
  })
})

/** Every implementation of the kernels passes this suite. */
const implementations: readonly HistogramKernels[] = [typescriptKernels]

describe.each(implementations)('kernels: $name', (kernels) => {
  const rowCount = 3000
  const featureCount = 5
  const session = kernels.open({ rowCount, featureCount, histogramCount: 3 })
  for (let row = 0; row < rowCount; row++) {
    for (let feature = 0; feature < featureCount; feature++) {
      const bin = rng.integer(256)
      session.binsByRow[row * featureCount + feature] = bin
      session.binsByFeature[feature]![row] = bin
    }
    session.gradients[2 * row] = rng.normal()
    session.gradients[2 * row + 1] = rng.next()
  }
  const bySum = (from: number, to: number): Float64Array => {
    const sums = new Float64Array(featureCount * HISTOGRAM_STRIDE)
    for (const row of session.rows.subarray(from, to)) {
      session.binsByFeature.forEach((bins, feature) => {
        sums[feature * HISTOGRAM_STRIDE + 2 * bins[row]!]! += session.gradients[2 * row]!
        sums[feature * HISTOGRAM_STRIDE + 2 * bins[row]! + 1]! += session.gradients[2 * row + 1]!
      })
    }
    return sums
  }
  const greatestDifference = (a: Float64Array, b: Float64Array) =>
    Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))
  const reset = () => session.rows.set(Int32Array.from({ length: rowCount }, (_, row) => row))

  it('sum gradients by bin, clearing what was there', () => {
    reset()
    session.histogram(0, 0, rowCount)
    session.histogram(0, 100, 2100)
    expect(greatestDifference(session.histograms[0]!, bySum(100, 2100))).toBeLessThan(1e-9)
  })

  it('partition rows, keeping their order on both sides', () => {
    reset()
    const goesLeft = Uint8Array.from({ length: 256 }, () => rng.integer(2))
    const before = [...session.rows.subarray(50, 2050)]
    const middle = session.partition(3, goesLeft, 50, 2050)
    const isLeft = (row: number) => goesLeft[session.binsByFeature[3]![row]!] === 1
    expect([...session.rows.subarray(50, middle)]).toEqual(before.filter(isLeft))
    expect([...session.rows.subarray(middle, 2050)]).toEqual(before.filter((row) => !isLeft(row)))
    expect(session.rows[49]).toBe(49)
    expect(session.rows[2050]).toBe(2050)
  })

  it('subtract a smaller leaf from its parent', () => {
    reset()
    session.histogram(1, 0, rowCount)
    session.histogram(2, 0, 700)
    session.subtract(1, 2)
    expect(greatestDifference(session.histograms[1]!, bySum(700, rowCount))).toBeLessThan(1e-9)
  })
})

describe('gradientBoosting', () => {
  const rowCount = 2000
  const x = Float32Array.from({ length: rowCount }, () => rng.normal())
  const noise = Float32Array.from({ length: rowCount }, () => rng.normal())
  const gappy = x.map((value) => (value > 1 ? Number.NaN : value))
  const codes = Int32Array.from(x, (value) => (value + 0.7 * rng.normal() > 0.3 ? 1 : 0))
  const target: LearningTarget = { task: 'binary', classCount: 2, codes }
  const options = { rng: createRng(1) }
  const params = (given: object) => gradientBoostingParams.parse(given)

  it('keeps to the number of leaves and the rows per leaf', () => {
    const values = Float64Array.from(x, (value) => value + rng.normal())
    const matrix = makeMatrix(['x', 'noise'], [x, noise])
    const given = params({ trees: 5, leaves: 12, minRowsPerLeaf: 60 })
    const { trees } = fitEnsemble(matrix, { task: 'regression', values }, given, options)
    for (const tree of trees) {
      const leaves = [...tree.feature.keys()].filter((node) => tree.feature[node]! < 0)
      expect(leaves).toHaveLength(12)
      expect(Math.min(...leaves.map((node) => tree.rowCount[node]!))).toBeGreaterThanOrEqual(60)
      expect(leaves.reduce((sum, node) => sum + tree.rowCount[node]!, 0)).toBe(rowCount)
    }
  })

  it('learns where missing values go', () => {
    const model = gradientBoosting({ trees: 30, leaves: 4 }).fit(makeMatrix(['gappy'], [gappy]), target, options)
    const at = (value: number) => model.predict(makeMatrix(['gappy'], [Float32Array.of(value)]))[1]![0]!
    // Values above 1 are the missing ones, and of those nearly all are positive.
    expect(at(Number.NaN)).toBeGreaterThan(0.8)
    expect(at(-2)).toBeLessThan(0.1)
  })

  it('stops early, keeps the best round and ignores noise', () => {
    const losses: FitProgress[] = []
    const matrix = makeMatrix(['x', 'noise'], [x, noise])
    const given = params({ trees: 400, learningRate: 0.3, earlyStopping: { validationFraction: 0.25, patience: 8 } })
    const { trees } = fitEnsemble(matrix, target, given, { ...options, onProgress: (report) => losses.push(report) })
    const validation = losses.map(({ validationLoss }) => validationLoss!)
    const best = validation.indexOf(Math.min(...validation))
    expect(losses.length).toBeLessThan(400)
    expect(trees).toHaveLength(best + 1)
    expect(losses).toHaveLength(best + 1 + 8)
  })

  it('samples rows and features, and says the same again for the same seed', () => {
    const matrix = makeMatrix(['x', 'noise'], [x, noise])
    const given = { trees: 20, subsample: 0.5, featureFraction: 0.5 }
    const fit = (seed: number) => gradientBoosting(given).fit(matrix, target, { rng: createRng(seed) })
    expect(fit(1).toJson()).toEqual(fit(1).toJson())
    expect(fit(1).toJson()).not.toEqual(fit(2).toJson())
    const [, probabilities] = fit(1).predict(matrix)
    const accuracy = probabilities!.filter((p, row) => (p > 0.5 ? 1 : 0) === codes[row]).length / rowCount
    expect(accuracy).toBeGreaterThan(0.75)
  })

  it('says the base rate where no split gains', () => {
    const constant = makeMatrix(['one'], [new Float32Array(rowCount).fill(1)])
    const [, probabilities] = gradientBoosting().fit(constant, target, options).predict(constant)
    const rate = codes.reduce((sum, code) => sum + code, 0) / rowCount
    expect(probabilities![0]).toBeCloseTo(rate, 6)
  })

  it('gives importance to what tells something', () => {
    const matrix = makeMatrix(['noise', 'x'], [noise, x])
    const [ofNoise, ofX] = gradientBoosting({ trees: 20, leaves: 6 }).fit(matrix, target, options).featureImportance()
    expect(ofX).toBeGreaterThan(5 * ofNoise!)
  })

  it.each([
    { trees: 0 },
    { leaves: 1 },
    { learningRate: 0 },
    { subsample: 1.1 },
    { bins: 256 },
    { l2: -1 },
    { l2: Number.NaN },
  ])('refuses parameters out of range: %j', (wrong) => {
    expect(() => gradientBoosting(wrong)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', where: expect.stringContaining(Object.keys(wrong)[0]!) }),
    )
  })
})
