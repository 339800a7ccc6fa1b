import { describe, expect, it } from 'vitest'
import { compareOutcomes, isClose, type RunOutcome } from './comparison.ts'

const outcome = (change: Partial<RunOutcome>): RunOutcome => ({
  status: 'succeeded',
  params: {},
  metrics: {},
  artifacts: {},
  ...change,
})
const exact = { tolerance: 0, ignore: [] }
const differing = (
  then: Partial<RunOutcome>,
  now: Partial<RunOutcome>,
  options = exact as Parameters<typeof compareOutcomes>[2],
) => compareOutcomes(outcome(then), outcome(now), options).flatMap(({ name, isSame }) => (isSame ? [] : [name]))

describe('compareOutcomes', () => {
  it('is exact where nothing else is said, NaN and infinities included', () => {
    const metrics = { a: 0.1, b: 'NaN', c: 'Infinity' } as const
    expect(differing({ metrics }, { metrics })).toEqual([])
    expect(differing({ metrics }, { metrics: { ...metrics, a: 0.1 + 2 ** -56 } })).toEqual(['a'])
    expect(differing({ metrics }, { metrics: { ...metrics, b: 0, c: '-Infinity' } })).toEqual(['b', 'c'])
  })

  it('finds what only one of them has', () => {
    expect(differing({ params: { a: '1' }, artifacts: { x: 'd' } }, { outputs: { y: 'd' } })).toEqual(['a', 'x', 'y'])
  })

  it('leaves out what is ignored, by whole names', () => {
    const then = { metrics: { 'time/s': 1, time: 1 }, artifacts: { 'model/MLmodel': 'a', 'a.b': '1' } }
    const now = { metrics: { 'time/s': 2, time: 2 }, artifacts: { 'model/MLmodel': 'b', 'a.b': '2' } }
    expect(differing(then, now, { tolerance: 0, ignore: ['time/*', '*MLmodel', 'a*b'] })).toEqual(['time'])
    expect(differing(then, now, { tolerance: 0, ignore: ['tim', 'axb'] })).toHaveLength(4)
  })

  it('takes the tolerance as absolute up to 1 and as relative above', () => {
    expect(isClose(0.5, 0.5 + 1e-7, 1e-6)).toBe(true)
    expect(isClose(1e6, 1e6 + 0.5, 1e-6)).toBe(true)
    expect(isClose(1e6, 1e6 + 2, 1e-6)).toBe(false)
    expect(isClose(0, 2e-6, 1e-6)).toBe(false)
  })
})
