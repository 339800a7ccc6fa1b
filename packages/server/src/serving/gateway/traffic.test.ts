import { createRng } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { parseEventTime } from './event-time.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { SLOT_MS, TrafficRing } from './traffic-ring.ts'

describe('LatencyHistogram', () => {
  it('is right to a tenth', () => {
    const rng = createRng(1)
    const values = Array.from({ length: 20_000 }, () => Math.exp(rng.normal()))
    const histogram = new LatencyHistogram()
    for (const value of values) histogram.add(value)
    const sorted = values.toSorted((a, b) => a - b)
    for (const fraction of [0.01, 0.5, 0.95, 0.99]) {
      const exact = sorted[Math.floor(fraction * sorted.length)]!
      expect(histogram.quantile(fraction)! / exact).toBeGreaterThan(0.89)
      expect(histogram.quantile(fraction)! / exact).toBeLessThan(1.11)
    }
  })

  it('knows nothing of nothing, and keeps what is out of range in its ends', () => {
    const histogram = new LatencyHistogram()
    expect(histogram.quantile(0.5)).toBeUndefined()
    histogram.add(0)
    histogram.add(1e9)
    expect(histogram.quantile(0.5)).toBeLessThan(0.03)
    expect(histogram.quantile(1)).toBeGreaterThan(5000)
  })
})

describe('TrafficRing', () => {
  const request = { predictions: 2, isError: false, latencyMs: 1 }

  it('counts by slot and version', () => {
    const ring = new TrafficRing()
    ring.count(0, 1, request)
    ring.count(SLOT_MS - 1, 2, request)
    ring.count(2 * SLOT_MS, 1, { ...request, isError: true })
    const slots = ring.slots(0, 2 * SLOT_MS)
    expect(slots.map(({ at, byVersion }) => [at, byVersion.size])).toEqual([
      [0, 2],
      [SLOT_MS, 0],
      [2 * SLOT_MS, 1],
    ])
    expect(ring.sum(0, 2 * SLOT_MS).get(1)).toMatchObject({ requestCount: 2, predictionCount: 4, errorCount: 1 })
    expect(ring.totals.get(2)).toEqual({ requestCount: 1, predictionCount: 2, errorCount: 0 })
  })

  it('forgets after an hour', () => {
    const ring = new TrafficRing()
    ring.count(0, 1, request)
    ring.count(3_600_000, 1, request)
    expect(ring.sum(0, 3_600_000).get(1)?.requestCount).toBe(1)
    expect(ring.slots(0, 3_600_000)).toHaveLength(720)
  })
})

describe('parseEventTime', () => {
  const clock = () => Date.parse('2026-01-01T00:00:00Z')
  it('takes UTC with or without fractions, and now for nothing', () => {
    expect(parseEventTime('2001-04-01T10:00:00.250Z', clock, 'at')).toBe(986_119_200_250)
    expect(parseEventTime('2001-04-01T10:00Z', clock, 'at')).toBe(986_119_200_000)
    expect(parseEventTime(undefined, clock, 'at')).toBe(clock())
  })
  it.each([['2001-04-01'], ['2001-04-01T10:00:00+02:00'], ['2001-13-01T00:00:00Z'], [5], ['2026-01-03T00:00:00Z']])(
    'refuses %j',
    (at) => {
      expect(() => parseEventTime(at, clock, 'body.at')).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', where: 'body.at' }),
      )
    },
  )
})
