import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../kernel/index.ts'
import { auc, countUpTo, delongAuc } from '../statistics/index.ts'
import { boolColumn, floatColumn, intColumn, makeTable, stringColumn, timestampColumn } from '../table/index.ts'
import {
  binnedAccuracy,
  binnedAuc,
  createSketcher,
  distributionOf,
  type ReferenceProfile,
  referenceProfile,
  referenceProfileSchema,
  type Sketch,
  sketchSchema,
} from './index.ts'

const CITIES = Array.from({ length: 90 }, (_, i) => `c${i}`)

function randomRows(rng: Rng, n: number) {
  return Array.from({ length: n }, () => {
    const score = 1 / (1 + Math.exp(-rng.normal()))
    return {
      row: {
        hour: rng.integer(24),
        amount: rng.next() < 0.1 ? null : rng.normal() * 10,
        city: rng.next() < 0.05 ? null : CITIES[Math.floor(90 * rng.next() ** 2)]!,
        isNew: rng.next() < 0.3,
      },
      score,
      isPositive: rng.next() < score,
    }
  })
}
type Sample = ReturnType<typeof randomRows>

const tableOf = (sample: Sample) =>
  makeTable({
    hour: intColumn(sample.map(({ row }) => row.hour)),
    amount: floatColumn(sample.map(({ row }) => row.amount)),
    city: stringColumn(sample.map(({ row }) => row.city)),
    isNew: boolColumn(sample.map(({ row }) => row.isNew)),
    at: timestampColumn(sample.map((_, i) => i)),
  })

const profileOf = (sample: Sample): ReferenceProfile =>
  referenceProfile(
    tableOf(sample),
    Float64Array.from(sample, ({ score }) => score),
  )

const rng = createRng('sketch')
const training = randomRows(rng, 4000)
const profile = profileOf(training)
const sketcher = createSketcher(profile)

function sketched(sample: Sample): Sketch {
  const sketch = sketcher.empty()
  for (const { row, score, isPositive } of sample) {
    sketcher.add(sketch, row, score)
    sketcher.addLabel(sketch, score, isPositive)
  }
  return sketch
}

/** Counts must be equal; sums of fractions may differ in the last digits by the order of adding. */
function expectSame(a: Sketch, b: Sketch): void {
  const rounded = (sketch: Sketch) =>
    JSON.parse(
      JSON.stringify(sketcher.toJson(sketch), (key, value) =>
        key === 'sum' || key === 'squares' ? Number(value.toPrecision(9)) : value,
      ),
    )
  expect(rounded(a)).toEqual(rounded(b))
}

describe('reference profile', () => {
  it('bins numbers at their quantiles, few numbers by value, text by frequency, and leaves times out', () => {
    const { hour, amount, city, isNew, at } = profile.columns
    expect(at).toBeUndefined()
    expect(hour).toMatchObject({ kind: 'numeric', edges: Array.from({ length: 23 }, (_, i) => i + 1) })
    expect(amount?.counts).toHaveLength(32)
    expect(Math.max(...amount!.counts) - Math.min(...amount!.counts)).toBeLessThan(5)
    expect(city?.counts).toHaveLength(65)
    expect(isNew).toMatchObject({ kind: 'categorical', categories: ['false', 'true'] })
    for (const column of [hour, amount, city, isNew]) {
      expect(column!.counts.reduce((sum, count) => sum + count, 0) + column!.nullCount).toBe(4000)
    }
  })

  it('is JSON', () => {
    expect(referenceProfileSchema.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile)
  })

  it('describes columns without values, and constant ones', () => {
    const table = makeTable({
      nothing: floatColumn([null, null]),
      same: floatColumn([3, 3]),
      empty: stringColumn([null, null]),
    })
    const odd = referenceProfile(table, Float64Array.of(0.5, 0.5))
    expect(referenceProfileSchema.parse(JSON.parse(JSON.stringify(odd)))).toEqual(odd)
    const oddSketcher = createSketcher(odd)
    const sketch = oddSketcher.empty()
    oddSketcher.add(sketch, { nothing: 1, same: 4, empty: 'x' }, 0.5)
    expect(sketch.columns.same).toMatchObject({ n: 1, above: 1 })
    expect(sketch.columns.empty).toMatchObject({ unseen: 1 })
  })
})

describe('sketch', () => {
  it('counts the training table as its reference does', () => {
    const sketch = sketched(training)
    for (const [name, reference] of Object.entries(profile.columns)) {
      expect([...sketch.columns[name]!.counts]).toEqual(reference.counts)
      expect(sketch.columns[name]).toMatchObject({ nulls: reference.nullCount, unseen: 0, below: 0, above: 0 })
    }
    expect([...sketch.prediction.counts]).toEqual(profile.prediction.counts)
  })

  it('of two parts adds up to the sketch of the whole, whatever the parts', () => {
    for (let seed = 0; seed < 20; seed++) {
      const sample = randomRows(createRng(seed), 150)
      const cut = createRng(seed).integer(150)
      const [a, b] = [sketched(sample.slice(0, cut)), sketched(sample.slice(cut))]
      expectSame(sketcher.merge([a, b]), sketched(sample))
      expectSame(sketcher.merge([b, a]), sketcher.merge([a, b]))
      const left = sketcher.subtract(sketched(sample), b)
      expect([...left.labels.positives]).toEqual([...a.labels.positives])
      expect([...left.labels.negatives]).toEqual([...a.labels.negatives])
      expect([...left.prediction.counts]).toEqual([...a.prediction.counts])
      expect([...left.columns.city!.counts]).toEqual([...a.columns.city!.counts])
    }
  })

  it('survives being stored, compactly', () => {
    const sketch = sketched(randomRows(createRng('stored'), 40))
    const text = JSON.stringify(sketcher.toJson(sketch))
    expectSame(sketcher.fromJson(sketchSchema.parse(JSON.parse(text))), sketch)
    expect(text.length).toBeLessThan(4_000)
  })

  it('counts what is missing, out of range or never seen', () => {
    const sketch = sketcher.empty()
    sketcher.add(sketch, { hour: 99, amount: -1e6, city: 'nowhere' }, 0.2)
    sketcher.add(sketch, { hour: Number.NaN, amount: null, city: null, isNew: null }, 0.9)
    expect(sketch.columns.hour).toMatchObject({ n: 2, nulls: 1, above: 1 })
    expect(sketch.columns.amount).toMatchObject({ n: 2, nulls: 1, below: 1 })
    expect(sketch.columns.city).toMatchObject({ n: 2, nulls: 1, unseen: 1 })
    expect(sketch.columns.isNew).toMatchObject({ n: 2, nulls: 2 })
  })

  it('takes a corrected label back', () => {
    const sketch = sketcher.empty()
    sketcher.addLabel(sketch, 0.3, true)
    sketcher.removeLabel(sketch, 0.3, true)
    sketcher.addLabel(sketch, 0.3, false)
    expect(sketch.labels.positives.some((count) => count !== 0)).toBe(false)
    expect(sketch.labels.negatives.reduce((sum, count) => sum + count, 0)).toBe(1)
  })

  it('is refused by another reference profile', () => {
    const json = sketcher.toJson(sketcher.empty())
    const other = createSketcher(profileOf(randomRows(createRng('other'), 20)))
    expect(() => other.fromJson(json)).toThrow(/cannot be added|another reference/)
    const { city: _, ...fewer } = json.columns
    expect(() => sketcher.fromJson({ ...json, columns: fewer })).toThrow(/its columns differ/)
  })

  it('costs little per prediction', () => {
    const rows = randomRows(createRng('speed'), 1000)
    const sketch = sketcher.empty()
    const startedAt = performance.now()
    for (let round = 0; round < 100; round++) for (const { row, score } of rows) sketcher.add(sketch, row, score)
    const microseconds = ((performance.now() - startedAt) * 1000) / 100_000
    // Measured 0.3 µs; the bound leaves room for a busy machine.
    expect(microseconds).toBeLessThan(5)
  })

  it('gives distributions for a picture that sum to one', () => {
    const sketch = sketched(randomRows(createRng('picture'), 300))
    for (const column of ['hour', 'city', 'prediction']) {
      const picture = distributionOf(profile, sketch, column)!
      expect(picture.reference.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
      expect(picture.current.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
      expect(picture.current).toHaveLength(picture.labels?.length ?? picture.edges!.length + 1)
    }
    expect(distributionOf(profile, sketch, 'nothing')).toBeUndefined()
  })
})

describe('binned performance', () => {
  it('has an AUC within a thousandth of the exact one', () => {
    for (let seed = 0; seed < 10; seed++) {
      const sample = randomRows(createRng(`auc ${seed}`), 2000)
      const binned = binnedAuc(sketched(sample).labels)!
      const labels = Uint8Array.from(sample, ({ isPositive }) => (isPositive ? 1 : 0))
      const exact = auc(
        Float64Array.from(sample, ({ score }) => score),
        labels,
      )
      expect(Math.abs(binned.value - exact)).toBeLessThan(1e-3)
      expect(binned.interval!.lower).toBeLessThan(exact)
      expect(binned.interval!.upper).toBeGreaterThan(exact)
    }
  })

  it("has DeLong's interval of the binned scores, ties and all", () => {
    const sample = randomRows(createRng('delong'), 700)
    const binned = Float64Array.from(sample, ({ score }) => countUpTo(profile.scoreEdges, score))
    const exact = delongAuc(
      binned,
      Uint8Array.from(sample, ({ isPositive }) => (isPositive ? 1 : 0)),
    )
    const estimate = binnedAuc(sketched(sample).labels)!
    expect(estimate.value).toBeCloseTo(exact.auc, 12)
    expect(estimate.interval!.lower).toBeCloseTo(exact.interval.lower, 12)
    expect(estimate.interval!.upper).toBeCloseTo(exact.interval.upper, 12)
  })

  it('has the exact accuracy', () => {
    const sample = randomRows(createRng('accuracy'), 500)
    const right = sample.filter(({ score, isPositive }) => score >= 0.5 === isPositive).length
    expect(binnedAccuracy(sketched(sample).labels, profile)?.value).toBe(right / 500)
  })

  it('is undefined without labels of both classes', () => {
    const sketch = sketcher.empty()
    expect(binnedAccuracy(sketch.labels, profile)).toBeUndefined()
    sketcher.addLabel(sketch, 0.5, true)
    expect(binnedAuc(sketch.labels)).toBeUndefined()
  })
})
