import { describe, expect, it } from 'vitest'
import fixture from '../../../../../tests/reference/confusion.json' with { type: 'json' }
import { createRng, type Rng } from '../../kernel/index.ts'
import { type Moments, sequentialDifference } from '../../statistics/index.ts'
import { balancedAccuracy, type Confusion, type ConfusionChange, macroF1, withChanges } from './confusion.ts'

const CASES = fixture.cases.map(({ confusion, ...rest }) => ({
  ...rest,
  confusion: confusion.map(([actual, predicted, count]) => [String(actual), String(predicted), Number(count)] as const),
}))

const errorOf = ({ n, squaredDeviations }: Moments) => Math.sqrt(squaredDeviations / (n - 1) / n)

describe('metrics from what was and what was predicted', () => {
  it.each(CASES)("are scikit-learn's: $name", ({ confusion, ...expected }) => {
    expect(macroF1(confusion).mean).toBeCloseTo(expected.macroF1.value, 12)
    expect(balancedAccuracy(confusion).mean).toBeCloseTo(expected.balancedAccuracy.value, 12)
  })

  it.each(CASES)('have the standard error of the jackknife, to some percent: $name', ({ confusion, ...expected }) => {
    const ratios = [
      errorOf(macroF1(confusion)) / expected.macroF1.jackknifeError,
      errorOf(balancedAccuracy(confusion)) / expected.balancedAccuracy.jackknifeError,
    ]
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.03)
  })

  it('say nothing without labels, and are sure of what is always right', () => {
    expect(macroF1([])).toEqual({ n: 0, mean: 0, squaredDeviations: 0 })
    expect(balancedAccuracy([])).toEqual({ n: 0, mean: 0, squaredDeviations: 0 })
    expect(macroF1([['a', 'a', 3]])).toEqual({ n: 3, mean: 1, squaredDeviations: 0 })
  })

  it('count labels, and take back those that are corrected', () => {
    const counted = withChanges(
      [],
      [
        { actual: 'a', predicted: 'b', by: 1 },
        { actual: '__proto__', predicted: 'b', by: 1 },
        { actual: 'a', predicted: 'b', by: 1 },
      ],
    )
    expect(counted).toEqual([
      ['a', 'b', 2],
      ['__proto__', 'b', 1],
    ])
    const corrected = withChanges(counted, [
      { actual: '__proto__', predicted: 'b', by: -1 },
      { actual: 'b', predicted: 'b', by: 1 },
    ])
    expect(corrected).toEqual([
      ['a', 'b', 2],
      ['b', 'b', 1],
    ])
  })
})

const CLASSES = ['a', 'b', 'rare'] as const

describe('the sequential test of two macro F1s', () => {
  /** 300 runs of two equal versions, looked at after every 100 labels, 20 times; one class in twenty is rare. */
  it('alarms in no more runs than its level, however often one looks', () => {
    const rng = createRng(20_261_122)
    const more = (confusion: Confusion): Confusion =>
      withChanges(
        confusion,
        Array.from({ length: 100 }, () => oneLabel(rng)),
      )
    let alarms = 0
    for (let run = 0; run < 300; run++) {
      let [control, treatment]: Confusion[] = [[], []]
      let hasAlarmed = false
      for (let look = 0; look < 20 && !hasAlarmed; look++) {
        control = more(control ?? [])
        treatment = more(treatment ?? [])
        hasAlarmed = sequentialDifference(macroF1(control), macroF1(treatment), { scale: 0.03 }).pValue <= 0.05
      }
      if (hasAlarmed) alarms++
    }
    expect(alarms / 300).toBeLessThanOrEqual(0.05)
  })
})

function oneLabel({ next }: Rng): ConfusionChange {
  const u = next()
  const place = u < 0.55 ? 0 : u < 0.95 ? 1 : 2
  const predicted = next() < 0.8 ? place : (place + (next() < 0.5 ? 1 : 2)) % 3
  return { actual: CLASSES[place]!, predicted: CLASSES[predicted]!, by: 1 }
}
