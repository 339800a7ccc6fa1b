import { describe, expect, it } from 'vitest'
import { createRng, type Rng } from '../kernel/index.ts'
import * as statistics from './index.ts'

const RUNS = 1000
const ALPHA = 0.05
// The binomial 99 % range of a 5 % rate in 1,000 runs.
const [LEAST, MOST] = [0.033, 0.069]

const binomial = (rng: Rng, n: number, rate: number) => {
  let successes = 0
  for (let i = 0; i < n; i++) if (rng.next() < rate) successes++
  return successes
}

type Looks = { readonly a: number; readonly b: number; readonly n: number }

/** Two streams of shares in batches, and at each look what both have. Stops when `isOver` says so. */
function watch(
  rng: Rng,
  rates: readonly [number, number],
  batch: number,
  last: number,
  isOver: (at: Looks) => boolean,
) {
  let [a, b] = [0, 0]
  for (let n = batch; n <= last; n += batch) {
    a += binomial(rng, batch, rates[0])
    b += binomial(rng, batch, rates[1])
    if (isOver({ a, b, n })) return true
  }
  return false
}

function rateOf(seed: string, happens: (rng: Rng) => boolean, runs = RUNS): number {
  const rng = createRng(seed)
  let count = 0
  for (let run = 0; run < runs; run++) if (happens(rng)) count++
  return count / runs
}

const test = ({ a, b, n }: Looks) =>
  statistics.sequentialDifference(statistics.momentsOfShare(a, n), statistics.momentsOfShare(b, n), {
    scale: 0.01,
    varianceFloor: 0.5,
  })
const single = ({ a, b, n }: Looks) => statistics.twoProportions({ successes: a, n }, { successes: b, n }).pValue

describe('an A/A test of shares, looked at after every batch of a hundred', () => {
  it('alarms at most at its level when sequential', () => {
    const rate = rateOf('aa', (rng) => watch(rng, [0.05, 0.05], 100, 8000, (at) => test(at).pValue <= ALPHA))
    expect(rate).toBeLessThanOrEqual(ALPHA)
  })

  it('alarms six times as often as it says with the test of a single look', () => {
    const rate = rateOf('aa', (rng) => watch(rng, [0.05, 0.05], 100, 8000, (at) => single(at) <= ALPHA))
    expect(rate).toBeGreaterThan(0.25)
  })

  it('alarms at its level when looked at once, at the end', () => {
    const rate = rateOf('once', (rng) => watch(rng, [0.05, 0.05], 8000, 8000, (at) => single(at) <= ALPHA))
    expect(rate).toBeGreaterThan(LEAST)
    expect(rate).toBeLessThan(MOST)
  })
})

describe('sequentialDifference', () => {
  it('holds the truth in its interval at all times together', () => {
    const missed = rateOf('cover', (rng) =>
      watch(rng, [0.3, 0.33], 50, 4000, (at) => {
        const { lower, upper } = test(at).interval
        return lower > 0.03 || upper < 0.03
      }),
    )
    expect(missed).toBeLessThanOrEqual(ALPHA)
  })

  it('says nothing before there are enough values, and without any spread', () => {
    const few = statistics.momentsOfShare(0, 100)
    expect(statistics.sequentialDifference(few, few, { scale: 0.01 })).toMatchObject({ pValue: 1, isReady: false })
    const alike = statistics.momentsOfShare(0, 1000)
    expect(statistics.sequentialDifference(alike, alike, { scale: 0.01 }).isReady).toBe(false)
    expect(() => statistics.sequentialDifference(few, few, { scale: 0 })).toThrow(/scale/)
  })
})

describe('sequentialNonInferiority', () => {
  const judged = ({ a, b, n }: Looks, margin: number) =>
    statistics.sequentialNonInferiority(statistics.momentsOfShare(a, n), statistics.momentsOfShare(b, n), {
      direction: 'higher',
      margin,
      scale: margin,
      varianceFloor: 0.5,
    })

  it('errs at most at its level on both sides of the margin', () => {
    const at = (decide: (looks: Looks) => boolean) => (rng: Rng) => watch(rng, [0.8, 0.77], 50, 4000, decide)
    expect(
      rateOf(
        'ni',
        at((looks) => judged(looks, 0.03).isNonInferior),
      ),
    ).toBeLessThanOrEqual(ALPHA)
    expect(
      rateOf(
        'inf',
        at((looks) => judged(looks, 0.03).isInferior),
      ),
    ).toBeLessThanOrEqual(ALPHA)
  })

  it('finds what is true, and counts losses the other way round', () => {
    const found = rateOf(
      'same',
      (rng) => watch(rng, [0.8, 0.8], 100, 10_000, (at) => judged(at, 0.03).isNonInferior),
      200,
    )
    expect(found).toBeGreaterThan(0.95)
    const [low, high] = [statistics.momentsOfShare(100, 1000), statistics.momentsOfShare(300, 1000)]
    const options = { margin: 0.02, scale: 0.02 } as const
    expect(statistics.sequentialNonInferiority(low, high, { ...options, direction: 'lower' }).isInferior).toBe(true)
    expect(statistics.sequentialNonInferiority(low, high, { ...options, direction: 'higher' }).isNonInferior).toBe(true)
  })
})

describe('a share against a limit, looked at from the first trial on', () => {
  it.each([0.01, 0.2, 0.9])('alarms at most at its level when it is at the limit of %d', (limit) => {
    const rate = rateOf(`share ${limit}`, (rng) => {
      let successes = 0
      for (let n = 1; n <= 2000; n++) {
        successes += rng.next() < limit ? 1 : 0
        // Looking where the ratio can have grown: after a success, and now and then.
        const isLook = n < 50 || n % 20 === 0
        if (isLook && statistics.logShareAboveRatio(successes, n, limit) >= -Math.log(ALPHA)) return true
      }
      return false
    })
    expect(rate).toBeLessThanOrEqual(ALPHA)
    // And it is no empty promise: most of the level is used.
    expect(rate).toBeGreaterThan(0.01)
  })
})

describe('power', () => {
  it('is what the calculator says, at the planned n', () => {
    const outcome = { kind: 'share', baseline: 0.05 } as const
    const { controlCount: n } = statistics.planSampleSize(outcome, 0.01)
    const found = rateOf('power', (rng) => watch(rng, [0.05, 0.06], n, n, (at) => single(at) <= ALPHA))
    expect(Math.abs(found - 0.8)).toBeLessThan(0.035)
  })

  it('of the sequential method is at least what the calculator says, and most runs stop far earlier', () => {
    const outcome = { kind: 'share', baseline: 0.05 } as const
    const { controlCount: n } = statistics.planSampleSize(outcome, 0.01, { method: 'sequential' })
    const ends: number[] = []
    const found = rateOf(
      'sequential power',
      (rng) =>
        watch(rng, [0.05, 0.06], 250, n, (at) => {
          const isOver = test(at).pValue <= ALPHA
          if (isOver) ends.push(at.n)
          return isOver
        }),
      400,
    )
    expect(found).toBeGreaterThan(0.78)
    const mean = ends.reduce((sum, end) => sum + end, 0) / ends.length
    expect(mean).toBeLessThan(0.6 * n)
  })
})

describe('the sample ratio', () => {
  const isBroken = (rate: number, last: number) => (rng: Rng) => {
    let second = 0
    for (let n = 100; n <= last; n += 100) {
      second += binomial(rng, 100, rate)
      if (!statistics.sequentialSampleRatio([n - second, second], [0.9, 0.1]).isSound) return true
    }
    return false
  }

  it('alarms in at most one of a thousand sound experiments, looked at all the time', () => {
    expect(rateOf('sound', isBroken(0.1, 5000), 4000)).toBeLessThanOrEqual(0.001)
  })

  it('alarms when an arm loses a tenth of its units', () => {
    expect(rateOf('broken', isBroken(0.09, 50_000), 50)).toBe(1)
  })
})
