import { floatColumn, makeTable, type OptimisationReport, optimisationText, type Signature } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { compareLatency } from './compare-latency.ts'
import { compareOutputs } from './compare-outputs.ts'
import { judge } from './judge.ts'

const rule = { minGain: 0.1, maxCost: 0.1 }
type Measured = Parameters<typeof judge>[0]

const latency = (batch: number, value: number, [lower, upper] = [value, value]) => ({
  ...{ batch, beforeMs: 1, afterMs: value },
  ratio: { value, n: 41, interval: { lower: lower!, upper: upper!, confidence: 0.95 } },
})

const measured = (change: Partial<Measured> = {}): Measured => ({
  size: { before: 1000, after: 290 },
  latency: [latency(1, 0.6), latency(32, 0.7)],
  score: {
    ...{ metric: 'auc', direction: 'higher', before: 0.9, after: 0.8996, allowedLoss: 0.005 },
    advantage: { value: -0.0004, n: 1000, interval: { lower: -0.0009, upper: 0.0001, confidence: 0.95 } },
  },
  ...change,
})

const failed = (change: Partial<Measured>) =>
  judge(measured(change), rule).flatMap(({ name, passed }) => (passed ? [] : [name]))

describe('judge', () => {
  it('lets pass what is smaller or faster and as good', () => {
    expect(failed({})).toEqual([])
    expect(failed({ size: { before: 1000, after: 1050 } })).toEqual([])
    expect(failed({ latency: [latency(1, 1.05), latency(32, 1.09)] })).toEqual([])
  })

  it('says which condition fails, with its figures', () => {
    expect(failed({ size: { before: 1000, after: 950 }, latency: [latency(1, 0.95)] })).toEqual(['gain'])
    expect(failed({ size: { before: 1000, after: 1200 } })).toEqual(['size'])
    expect(failed({ latency: [latency(1, 0.5), latency(32, 1.3, [1.2, 1.4])] })).toEqual(['latency'])
    const score = {
      ...measured().score,
      advantage: { value: -0.003, n: 9, interval: { lower: -0.007, upper: 0.001, confidence: 0.95 } },
    }
    expect(failed({ score })).toEqual(['score'])
    expect(judge(measured({ score }), rule).map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "size −71 %, latency −40 % [−40 %, −40 %] at 1 row, −30 % [−30 %, −30 %] at 32 rows; one of them must fall by 10 %",
        "size −71 %; it may rise by 10 %",
        "latency −40 % [−40 %, −40 %] at 1 row, −30 % [−30 %, −30 %] at 32 rows; it may rise by 10 %",
        "auc is 0.003 worse, at worst 0.007 worse; it may lose 0.005",
      ]
    `)
  })

  it('takes a latency for changed where its interval does not reach 1', () => {
    const [size, unclear] = [{ before: 1000, after: 990 }, [latency(1, 0.8, [0.6, 1.05])]]
    expect(failed({ size, latency: unclear })).toEqual(['gain'])
    expect(failed({ size, latency: [latency(1, 0.8, [0.6, 0.95])] })).toEqual([])
    expect(failed({ latency: [latency(1, 1.3, [0.95, 1.6])] })).toEqual([])
    expect(failed({ latency: [latency(1, 1.3, [1.01, 1.6])] })).toEqual(['latency'])
    expect(failed({ latency: [latency(1, 1.08, [1.07, 1.09])] })).toEqual([])
  })
})

describe('optimisationText', () => {
  it('says it in one line', () => {
    const report: OptimisationReport = {
      ...{ ...measured(), by: 'int8', fromVersion: 3, pays: true, conditions: [] },
      rows: { source: 'june', judged: 1000 },
      output: { maxDifference: 0.1, meanDifference: 0.01 },
    }
    expect(optimisationText(report)).toMatchInlineSnapshot(
      `"from version 3 by int8: size −71 %, latency −40 % at 1 row, latency −30 % at 32 rows, auc 0.0004 worse [0.0009 worse, 0.0001 better]"`,
    )
  })
})

describe('compareOutputs', () => {
  it('tells the largest and the mean difference, and a NaN of one alone', () => {
    const [one, other] = [Float32Array.of(1, 2, 3, Number.NaN), Float32Array.of(1, 2.5, 2, Number.NaN)]
    expect(compareOutputs(one, other)).toEqual({ maxDifference: 1, meanDifference: 0.375 })
    const lost = compareOutputs(Float32Array.of(1, Number.NaN), Float32Array.of(1, 2))
    expect(lost.maxDifference).toBe(Number.MAX_VALUE)
    expect(compareOutputs(new Float32Array(), new Float32Array())).toEqual({ maxDifference: 0, meanDifference: 0 })
  })
})

describe('compareLatency', () => {
  const signature: Signature = {
    inputs: [{ name: 'x', type: 'float', nullable: false }],
    task: 'regression',
    target: 'y',
  }
  const table = makeTable({ x: floatColumn(Array.from({ length: 100 }, (_, i) => i)) })

  it('measures both in turns on the same rows', async () => {
    let now = 0
    const asked: Record<'slow' | 'fast', number[]> = { slow: [], fast: [] }
    const graph = (name: 'slow' | 'fast', ms: (call: number) => number) => ({
      run: async (columns: readonly ArrayLike<unknown>[], rowCount: number) => {
        asked[name].push(Number(columns[0]![0]))
        now += ms(asked[name].length)
        return { rowCount, scores: new Float32Array(rowCount) }
      },
    })
    // The machine gets slower all the time: taken one after the other, the second would look worse.
    const drift = (call: number) => 1 + call / 100
    const compared = await compareLatency(
      graph('slow', (call) => 2 * drift(call)),
      graph('fast', (call) => drift(call)),
      ...([4, { signature, table, timer: () => now }] as const),
    )
    expect(compared).toMatchObject({ batch: 4, ratio: { n: 41, interval: { confidence: 0.95 } } })
    expect(compared.ratio.value).toBeCloseTo(0.5, 2)
    expect(compared.ratio.interval!.lower).toBeLessThanOrEqual(compared.ratio.value)
    expect(compared.beforeMs / compared.afterMs).toBeCloseTo(2, 1)
    expect(asked.slow).toEqual(asked.fast)
    expect(new Set(asked.fast).size).toBeGreaterThan(20)
  })
})
