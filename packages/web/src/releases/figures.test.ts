import type { LoggedPrediction, RuleOutcome } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { effectScale } from './effect-scale.ts'
import { type PowerQuestion, powerSentences } from './power-text.ts'
import { formatLimit, RULE_WORDS, rulesByVersion, rulesLine, urgentFirst } from './rule-text.ts'
import { differenceBins, pairsOf } from './shadow-pairs.ts'
import { inServingOrder, shareToneOf, toneOf } from './version-tones.ts'

const rule = (name: RuleOutcome['rule'], state: RuleOutcome['state']): RuleOutcome => ({
  rule: name,
  state,
  limit: 1,
  n: 10,
  needed: 10,
  sentence: '',
})

describe('rules', () => {
  it('are counted, and the urgent ones come first', () => {
    const rules = [
      rule('errorRate', 'passes'),
      rule('p99Ms', 'fails'),
      rule('scoreShift', 'waits'),
      rule('metric', 'passes'),
    ]
    expect(rulesLine(rules)).toBe('1 fails, 1 waits, 2 pass')
    expect(urgentFirst(rules).map(({ state }) => state)).toEqual(['fails', 'waits', 'passes', 'passes'])
  })

  it('of a bandit are told apart by version', () => {
    const rules = [
      rule('errorRate', 'passes'),
      rule('p99Ms', 'passes'),
      rule('errorRate', 'fails'),
      rule('p99Ms', 'waits'),
    ]
    expect(rulesByVersion(rules).map((group) => group.map(({ state }) => state))).toEqual([
      ['passes', 'passes'],
      ['fails', 'waits'],
    ])
  })

  it('read in their own units', () => {
    expect(RULE_WORDS.latencyIncrease.format(3)).toBe('+300\u00a0%')
    expect(RULE_WORDS.errorRateIncrease.format(0.0123)).toBe('+1.23\u00a0points')
    expect(RULE_WORDS.p99Ms.format(250)).toBe('250\u00a0ms')
    expect([formatLimit('nonInferior', 0.05), formatLimit('p99Ms', 250)]).toEqual(['worse by 0.05', '250\u00a0ms'])
  })
})

describe('where champion and shadow differ', () => {
  const prediction = (score: number, shadow?: number): LoggedPrediction => ({
    id: `p-${score}-${shadow}`,
    endpoint: 'risk',
    model: 'risk',
    version: 1,
    row: {},
    score,
    at: '2026-11-22T10:00:00.000Z',
    loggedAt: '2026-11-22T10:00:00.000Z',
    ...(shadow !== undefined && { shadow: { version: 2, score: shadow } }),
  })

  it('comes first where they differ most, and not at all where only one answered', () => {
    const pairs = pairsOf([prediction(0.5, 0.6), prediction(0.2), prediction(0.9, 0.1)])
    expect(pairs.map(({ difference }) => difference)).toEqual([expect.closeTo(-0.8), expect.closeTo(0.1)])
  })

  it('is spread over bins on both sides of zero that lose none', () => {
    const pairs = pairsOf([prediction(0, 1), prediction(1, 0), prediction(0.5, 0.5)])
    const { edges, counts } = differenceBins(pairs)
    expect(edges[0]).toBe(-1)
    expect(edges.at(-1)).toBeCloseTo(1)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect([counts[0], counts[12], counts.at(-1)]).toEqual([1, 1, 1])
  })
})

describe('an axis of differences', () => {
  it('has zero in its middle and holds every interval', () => {
    const { at, reach } = effectScale(
      [
        {
          ...{ version: 2, n: 1, needed: 2, isSignificant: false, verdict: 'undecided', rules: [] },
          difference: 0.01,
          interval: { lower: -0.05, upper: 0.07, confidence: 0.95 },
        },
      ],
      0.02,
    )
    expect(at(0)).toBe('50%')
    expect(reach).toBeGreaterThanOrEqual(0.07)
  })

  it('cuts off an interval that would hide the differences that matter', () => {
    const { at, reach } = effectScale(
      [
        {
          ...{ version: 2, n: 1, needed: 2, isSignificant: false, verdict: 'undecided', rules: [] },
          interval: { lower: -90, upper: 90, confidence: 0.95 },
        },
      ],
      0.02,
    )
    expect(reach).toBeLessThanOrEqual(0.5)
    expect([at(-90), at(90)]).toEqual(['0%', '100%'])
  })
})

describe('the colours of versions', () => {
  const all = [
    { version: 5, role: 'arm' },
    { version: 3, role: 'stable' },
    { version: 4, role: 'arm' },
    { version: 2, role: 'previous' },
  ] as const
  it('are the champion’s blue, the first challenger’s orange, and grey for what serves no more', () => {
    expect(all.map((one) => toneOf(one, all))).toEqual(['ink2', 'champion', 'challenger', 'reference'])
    expect(shareToneOf({ version: 9, role: 'shadow' }, all)).toBe('shadow')
    expect(inServingOrder(all).map(({ version }) => version)).toEqual([3, 4, 5, 2])
  })
})

it('says how large an experiment must be, as R’s power.prop.test does', () => {
  const question: PowerQuestion = {
    outcome: { kind: 'share', baseline: 0.1 },
    ...{ effect: 0.01, power: 0.8, armCount: 1, armShare: 0.5, labelsPerDay: 20_000 },
    method: 'fixed',
  }
  const [size, days] = powerSentences(question)
  expect(size).toContain('14,751 labels of the champion and 14,751 of each arm')
  expect(days).toContain('1.5\u00a0days')
  expect(powerSentences({ ...question, effect: 0 })).toEqual([expect.stringContaining('effect of 0')])
  expect(powerSentences({ ...question, armShare: 1 })).toEqual([expect.stringContaining('nothing to the control')])
})
