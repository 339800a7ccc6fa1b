import { createIdFactory, stepRunSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { createScale } from './time-scale.ts'
import type { Lane, Tone } from './timeline-model.ts'

const newId = createIdFactory(
  () => 0,
  (count) => new Uint8Array(count),
)

function lane(...spans: readonly (readonly [Tone, number, number])[]): Lane {
  const stepRun = stepRunSchema.parse({
    id: newId('stepRun'),
    step: 'a',
    status: 'succeeded',
    attempts: [],
    inputs: {},
    outputs: {},
  })
  const drawn = spans.map(([tone, from, until]) => ({ tone, from, until, attempt: 1, status: 'succeeded', label: '' }))
  return { step: 'a', stepRun, spans: drawn, ranMs: 0 }
}

describe('createScale', () => {
  it('draws time as it is while there is work, pauses between attempts too', () => {
    const scale = createScale([lane(['running', 0, 10], ['blocked', 10, 90], ['running', 90, 100])], 0, 100)
    expect(scale.isShortened).toBe(false)
    expect([0, 25, 50, 100].map(scale.placeOf)).toEqual([0, 0.25, 0.5, 1])
    expect(scale.timeAt(0.25)).toBe(25)
  })
  it('shortens the hours that a person was waited for, and nothing else', () => {
    const scale = createScale([lane(['running', 0, 40]), lane(['paused', 40, 3640], ['running', 3640, 3680])], 0, 3680)
    expect(scale.isShortened).toBe(true)
    // 80 of work, the 3600 drawn as a quarter of it: 100 in all.
    expect(scale.placeOf(40)).toBeCloseTo(0.4)
    expect(scale.placeOf(3640)).toBeCloseTo(0.6)
    expect(scale.placeOf(3680)).toBe(1)
    expect(scale.timeAt(0.5)).toBeCloseTo(1840)
    expect(scale.timeAt(1)).toBeCloseTo(3680)
  })
  it('does not shorten a question that was answered while others worked', () => {
    expect(createScale([lane(['running', 0, 100]), lane(['paused', 10, 60])], 0, 100).isShortened).toBe(false)
  })
  it('holds a run in which nothing has begun', () => {
    const scale = createScale([lane()], 5, 15)
    expect([scale.placeOf(5), scale.placeOf(10), scale.placeOf(15), scale.timeAt(1)]).toEqual([0, 0.5, 1, 15])
  })
})
