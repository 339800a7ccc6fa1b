import { describe, expect, it } from 'vitest'
import { roundUp, spreadLabels, timeTicks } from './ticks.ts'
import { axisRange, labelledMarks, type TimePanel } from './time-model.ts'

const DAY = 86_400_000

describe('timeTicks', () => {
  it('takes whole days where there is room for them', () => {
    const from = Date.parse('2001-04-01T05:00:00Z')
    const ticks = timeTicks(from, from + 6 * DAY, 8).map((at) => new Date(at).toISOString())
    expect(ticks[0]).toBe('2001-04-02T00:00:00.000Z')
    expect(ticks).toHaveLength(6)
  })
  it('never gives more than asked for, whatever the span', () => {
    for (let span = 60_000; span < 3000 * DAY; span *= 1.7) {
      const ticks = timeTicks(1_000_000_007_000, 1_000_000_007_000 + span, 7)
      expect(ticks.length).toBeLessThanOrEqual(8)
      expect(ticks.every((at) => at >= 1_000_000_007_000 && at <= 1_000_000_007_000 + span)).toBe(true)
    }
  })
})

describe('roundUp', () => {
  it.each([
    [0.7, 1],
    [1.1, 2],
    [2.2, 2.5],
    [260, 500],
    [0, 1],
  ])('takes %s to %s', (value, round) => expect(roundUp(value)).toBeCloseTo(round, 12))
})

describe('spreadLabels', () => {
  it('leaves labels that are apart where they are', () => expect(spreadLabels([10, 40], 13)).toEqual([0, 0]))
  it('moves those that overlap apart, by as little as may be', () => {
    const [first = 0, second = 0] = spreadLabels([50, 52], 14)
    expect(52 + second - (50 + first)).toBeCloseTo(14, 6)
    expect(first).toBeCloseTo(-second, 6)
  })
})

describe('axisRange', () => {
  const panel = (scale: TimePanel['scale'], values: readonly number[]): TimePanel => ({
    heightPx: 100,
    scale,
    format: String,
    series: [{ name: 'a', tone: 'champion', points: values.map((value, i) => [i, value]) }],
  })
  it('starts rates at zero', () => expect(axisRange(panel('zero', [900, 1200]))).toMatchObject({ min: 0, max: 2000 }))
  it('does not blow noise up to the height of the chart', () => {
    const { min, max } = axisRange(panel({ minimumSpan: 0.08 }, [0.744, 0.745]))
    expect(max - min).toBeGreaterThanOrEqual(0.08)
  })
  it('makes room for the threshold', () => {
    const range = axisRange({ ...panel({ minimumSpan: 0.01 }, [0.74, 0.75]), threshold: { value: 0.6, label: '' } })
    expect(range.min).toBeLessThan(0.6)
  })
  it('survives a series of gaps only', () =>
    expect(axisRange(panel({ minimumSpan: 0.1 }, []))).toMatchObject({ min: 0, max: 1 }))
})

describe('labelledMarks', () => {
  it('drops the label that has no room, and keeps the next that has', () => {
    const marks = [0, 5, 500].map((at) => ({ at, label: 'delays v3' }))
    expect([...labelledMarks(marks, 0, 1000, 1000)].map(({ at }) => at)).toEqual([0, 500])
  })
})
