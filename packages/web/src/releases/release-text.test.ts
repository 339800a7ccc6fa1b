import { canaryPolicySchema, experimentPolicySchema, idSchema, promotionRuleSchema, type Release } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { judgedMetrics, releaseLine, shadowLine, shortWait, whatNext } from './release-text.ts'

const now = Date.parse('2026-11-22T10:00:00.000Z')
const inMinutes = (minutes: number) => new Date(now + minutes * 60_000).toISOString()

const arm = (version: number, role: 'stable' | 'canary' | 'arm', share: number) => ({
  ...{ version, role, share, model: `eta@${version}` },
  ...{ requestCount: 10, errorCount: 0, invalidCount: 0, metrics: [] },
})

const canary: Release = {
  id: idSchema('release').parse('rel_0000000000000001'),
  endpoint: 'eta',
  kind: 'canary',
  state: 'running',
  policy: canaryPolicySchema.parse({ model: 'eta@2' }),
  startedAt: inMinutes(-60),
  stableVersion: 1,
  arms: [arm(1, 'stable', 0.75), arm(2, 'canary', 0.25)],
  step: {
    place: 3,
    of: 4,
    percent: 25,
    since: inMinutes(-18),
    until: inMinutes(12),
    requestCount: 140,
    neededCount: 200,
  },
  rules: [],
  verdict: 'wait',
  reason: 'Held 1080 of 1800 s.',
}

const experiment = (n: number, over: Partial<NonNullable<Release['analysis']>> = {}): Release => ({
  ...canary,
  kind: 'experiment',
  policy: experimentPolicySchema.parse({
    arms: [{ model: 'eta@2', share: 0.5 }],
    metric: 'accuracy',
    minimumEffect: 0.02,
  }),
  analysis: {
    method: 'sequential',
    metric: 'accuracy',
    control: { version: 1, n: 2000 },
    comparisons: [{ version: 2, n, needed: 3900, isSignificant: false, verdict: 'undecided', rules: [] }],
    sampleRatio: { pValue: 1, isSound: true, observed: [], expected: [] },
    verdict: 'running',
    reason: '',
    ...over,
  },
})

describe('a release in a line', () => {
  it('says where a canary stands and when it goes on', () => {
    expect(releaseLine(canary, now)).toBe('canary 25\u00a0% · step 3 of 4 · next in 12\u00a0min')
    expect(releaseLine(canary, now + 12 * 60_000)).toBe('canary 25\u00a0% · step 3 of 4 · 60 requests to go')
    expect(releaseLine({ ...canary, state: 'paused' }, now)).toBe('canary 25\u00a0% · step 3 of 4 · paused')
    expect(releaseLine({ ...canary, state: 'rolled-back' }, now)).toBe('canary taken back')
  })

  it('says how far an experiment is, by its smallest arm, or what it found', () => {
    expect(releaseLine(experiment(1204), now)).toBe('experiment: 1,204 of 3,900 per arm')
    expect(releaseLine(experiment(1204, { verdict: 'unsound' }), now)).toBe('experiment: the split is broken')
    expect(releaseLine({ ...experiment(0), analysis: undefined }, now)).toBe('experiment: nothing counted yet')
  })

  it('says whom a bandit prefers', () => {
    const bandit: Release = { ...canary, kind: 'bandit', arms: [arm(1, 'stable', 0.38), arm(4, 'arm', 0.62)] }
    expect(releaseLine(bandit, now)).toBe('bandit: v4 62\u00a0%')
  })
})

describe('what happens next', () => {
  it('names both things that a step waits for, and what comes after', () => {
    expect(whatNext(canary, now)).toBe(
      'After 12\u00a0min more and 60 more requests, when every rule passes, it gets 50\u00a0%.',
    )
    const last: Release = {
      ...canary,
      step: {
        place: 4,
        of: 4,
        percent: 50,
        since: inMinutes(-40),
        until: inMinutes(-10),
        requestCount: 300,
        neededCount: 200,
      },
    }
    expect(whatNext(last, now)).toBe('As soon as every rule passes, v2 is promoted.')
    const careful: Release = { ...last, policy: canaryPolicySchema.parse({ model: 'eta@2', automatic: false }) }
    expect(whatNext(careful, now)).toBe('As soon as every rule passes, v2 is promoted, once a person agrees.')
  })

  it('says what a person is waited for', () => {
    expect(whatNext({ ...canary, state: 'recommended' }, now)).toContain('before it gives v2 more')
    expect(whatNext({ ...canary, state: 'recommended', winner: 2 }, now)).toContain('recommends v2')
    expect(whatNext(experiment(10, { verdict: 'unsound' }), now)).toContain('look for what loses requests')
  })
})

it('shortens waits to what is exact enough', () => {
  expect([400, 59_000, 61_000, 3_700_000].map(shortWait)).toEqual([
    '1\u00a0s',
    '59\u00a0s',
    '1\u00a0min',
    '1\u00a0h 2\u00a0min',
  ])
})

it('takes the metrics that a policy judges by', () => {
  expect(judgedMetrics(canary.policy)).toEqual(['accuracy', 'absoluteError'])
  expect(judgedMetrics(canaryPolicySchema.parse({ model: 'a@2', promoteWhen: { nonInferior: 'brier' } }))).toEqual([
    'brier',
  ])
  expect(judgedMetrics(experiment(1).policy)).toEqual(['accuracy'])
})

it('says how far a shadow is', () => {
  const comparison = {
    ...{ championVersion: 1, challengerVersion: 2, pairCount: 90, reason: '' },
    startedAt: inMinutes(0),
    verdict: 'waiting' as const,
    rule: promotionRuleSchema.parse({}),
  }
  expect(shadowLine({ ...comparison, labelledPairCount: 50 })).toBe('shadow: 50 of 2,000 pairs')
  expect(shadowLine({ ...comparison, labelledPairCount: 5000 })).toBe('shadow: 5,000 of 20,000 pairs')
  expect(shadowLine({ ...comparison, labelledPairCount: 5000, verdict: 'promote' })).toBe('shadow: the rule is met')
})
