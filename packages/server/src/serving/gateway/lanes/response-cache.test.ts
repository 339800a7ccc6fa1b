import { describe, expect, it } from 'vitest'
import { ResponseCache } from './response-cache.ts'

const inputs = ['a', 'b'].map((name) => ({ name, type: 'float' as const, nullable: true }))
const answer = (...scores: number[]) => ({ rowCount: scores.length, scores: Float32Array.from(scores) })

function cacheOf(entries = 10) {
  let now = 0
  const cache = new ResponseCache({ inputs }, { entries, ttl: '1m' }, () => now)
  return {
    cache,
    pass: (ms: number) => {
      now += ms
    },
    scores: (rows: Parameters<ResponseCache['find']>[0]) => cache.find(rows)?.scores,
  }
}

describe('ResponseCache', () => {
  it('answers a row again whatever the order of its columns, and no row with others', () => {
    const { cache, scores } = cacheOf()
    cache.keep([{ a: 1, b: 2 }], answer(9, 0.5), 1)
    expect(scores([{ b: 2, a: 1 }])).toEqual(new Float32Array([0.5]))
    for (const row of [{ a: 1 }, { a: 1, b: 2, c: 3 }, { a: 1, c: 2 }, { a: '1', b: 2 }, { a: 2, b: 1 }]) {
      expect(scores([row])).toBeUndefined()
    }
    expect(cache.counts).toEqual({ hitCount: 1, missCount: 5, entryCount: 1 })
  })

  it('tells null, zero and minus zero apart', () => {
    const { cache, scores } = cacheOf()
    cache.keep(
      [
        { a: null, b: 1 },
        { a: 0, b: 1 },
        { a: -0, b: 1 },
      ],
      answer(1, 2, 3),
      0,
    )
    expect(
      scores([
        { a: -0, b: 1 },
        { a: null, b: 1 },
        { a: 0, b: 1 },
      ]),
    ).toEqual(new Float32Array([3, 1, 2]))
  })

  it('computes a request whole where one of its rows is new', () => {
    const { cache, scores } = cacheOf()
    cache.keep([{ a: 1, b: 1 }], answer(1), 0)
    expect(
      scores([
        { a: 1, b: 1 },
        { a: 2, b: 1 },
      ]),
    ).toBeUndefined()
  })

  it('forgets what is older than its time, and what was not asked for longest when it is full', () => {
    const { cache, scores, pass } = cacheOf(2)
    cache.keep([{ a: 1, b: 1 }], answer(1), 0)
    cache.keep([{ a: 2, b: 1 }], answer(2), 0)
    expect(scores([{ a: 1, b: 1 }])).toBeDefined()
    cache.keep([{ a: 3, b: 1 }], answer(3), 0)
    expect(scores([{ a: 2, b: 1 }])).toBeUndefined()
    expect(scores([{ a: 1, b: 1 }])).toBeDefined()
    pass(60_000)
    expect(scores([{ a: 1, b: 1 }])).toBeUndefined()
  })

  it('gives back classes and probabilities', () => {
    const cache = new ResponseCache({ inputs, classes: ['no', 'yes'] }, { entries: 5, ttl: '1m' })
    const predictions = {
      rowCount: 2,
      scores: new Float32Array([0.25, 0.75]),
      classes: new Int32Array([0, 1]),
      probabilities: new Float32Array([0.75, 0.25, 0.25, 0.75]),
    }
    cache.keep(
      [
        { a: 1, b: 1 },
        { a: 2, b: 1 },
      ],
      predictions,
      0,
    )
    expect(
      cache.find([
        { a: 1, b: 1 },
        { a: 2, b: 1 },
      ]),
    ).toEqual(predictions)
  })
})
