import { describe, expect, it } from 'vitest'
import { momentsOfShare } from '../../statistics/index.ts'
import { canaryPolicySchema } from '../release-policy.ts'
import { type ArmFigures, emptyArmFigures } from './arm-figures.ts'
import { type CanaryQuestion, canaryJudgementSchema, judgeCanary } from './canary.ts'
import { LATENCY_BIN_COUNT, latencyBin } from './latency-bins.ts'
import type { ReleaseRule } from './rule-outcome.ts'

const POLICY = canaryPolicySchema.parse({ model: 'simulated@challenger', rollbackWhen: { errorRate: 0.02, p99Ms: 50 } })

type Traffic = { readonly errors?: number; readonly ms?: number; readonly scoreBin?: number; readonly right?: number }

/** A version that answered `n` requests, each alike but for its errors. Latencies lie around `ms`, scores around a bin. */
function figuresOf(n: number, { errors = 0, ms = 5, scoreBin = 20, right = 0.8 }: Traffic = {}): ArmFigures {
  const latency = new Float64Array(LATENCY_BIN_COUNT)
  const scores = new Float64Array(50)
  for (let i = 0; i < 20; i++) {
    latency[latencyBin(ms * 1.08 ** (i - 10))]! += n / 20
    scores[scoreBin + i - 10]! += n / 20
  }
  const empty = emptyArmFigures()
  return {
    ...empty,
    requestCount: n,
    errorCount: errors,
    latency,
    scores,
    metrics: { ...empty.metrics, accuracy: momentsOfShare(right * n, n) },
  }
}

function judged(canary: ArmFigures, question: Partial<CanaryQuestion> = {}) {
  const step = { isLast: false, heldMs: 60_000, holdMs: 60_000, requestCount: canary.requestCount }
  const judgement = judgeCanary({ policy: POLICY, control: figuresOf(10_000), canary, step, ...question })
  expect(canaryJudgementSchema.parse(JSON.parse(JSON.stringify(judgement)))).toEqual(judgement)
  return judgement
}

const ruleOf = (judgement: ReturnType<typeof judged>, rule: ReleaseRule) =>
  judgement.rules.find((outcome) => outcome.rule === rule)

describe('judgeCanary', () => {
  it('advances a healthy canary, and promotes it in the last step', () => {
    const canary = figuresOf(1000, { errors: 3 })
    expect(judged(canary)).toMatchObject({ verdict: 'advance' })
    const step = { isLast: true, heldMs: 9e6, holdMs: 60_000, requestCount: 400 }
    expect(judged(canary, { step })).toMatchObject({
      verdict: 'promote',
      reason: 'Every rule passes, on 1000 requests.',
    })
  })

  it('waits for requests, for time and for proof, and says for which', () => {
    const few = judged(figuresOf(40))
    expect(few.verdict).toBe('wait')
    expect(ruleOf(few, 'errorRate')).toMatchObject({
      state: 'waits',
      n: 40,
      needed: 200,
      sentence: 'waiting: 40 of 200 requests',
    })
    const eager = judged(figuresOf(40), { policy: { ...POLICY, minimumRequests: 20 } })
    expect(ruleOf(eager, 'latencyIncrease')?.sentence).toBe('waiting: 40 of 50 requests of each version')
    const early = { isLast: false, heldMs: 20_000, holdMs: 60_000, requestCount: 37 }
    expect(judged(figuresOf(1000), { step: early }).reason).toBe(
      'Held 20 of 60 s; waiting: 37 of 200 requests in this step.',
    )
    const late = { isLast: false, heldMs: 60_000, holdMs: 60_000, requestCount: 40 }
    expect(judged(figuresOf(40), { policy: { ...POLICY, minimumRequests: 20 }, step: late }).reason).toBe(
      'Rule latencyIncrease waits: 40 of 50 requests of each version; rule scoreShift waits: 40 of 200 scores of each version.',
    )
    const doubtful = judged(figuresOf(300, { errors: 8 }))
    expect(doubtful.verdict).toBe('wait')
    expect(ruleOf(doubtful, 'errorRate')?.sentence).toContain('that may still be chance')
  })

  it.each<[string, ReleaseRule, ArmFigures]>([
    ['failing requests', 'errorRate', figuresOf(300, { errors: 30 })],
    ['more failing requests than the stable version', 'errorRateIncrease', figuresOf(1000, { errors: 60 })],
    ['slow requests', 'p99Ms', figuresOf(500, { ms: 60 })],
    ['latencies twice as long', 'latencyIncrease', figuresOf(100, { ms: 10 })],
    ['other scores', 'scoreShift', figuresOf(250, { scoreBin: 30 })],
    ['answers that are no numbers', 'invalidAnswers', { ...figuresOf(50), invalidCount: 1 }],
    ['five failures in a row', 'consecutiveFailures', { ...figuresOf(5), longestErrorStreak: 5 }],
  ])('takes a canary back for %s', (_, rule, canary) => {
    const judgement = judged(canary)
    expect(judgement.verdict).toBe('roll-back')
    expect(ruleOf(judgement, rule)?.state).toBe('fails')
    expect(judgement.reason).toMatch(new RegExp(`(^|\\. )Rule ${rule} fails: `))
  })

  it('takes it back for a worse metric, and for one only that the policy names', () => {
    const worse = figuresOf(3000, { right: 0.7 })
    expect(judged(worse).verdict).toBe('advance')
    const policy = canaryPolicySchema.parse({
      model: 'm@2',
      rollbackWhen: { metric: { name: 'accuracy', worseBy: 0.02 } },
    })
    const judgement = judged(worse, { policy })
    expect(judgement.verdict).toBe('roll-back')
    expect(ruleOf(judgement, 'metric')).toMatchObject({ state: 'fails', limit: 0.02, observed: expect.closeTo(-0.1) })
    expect(ruleOf(judged(figuresOf(3000, { right: 0.79 }), { policy }), 'metric')?.state).toBe('passes')
  })

  it('asks for what a promotion requires in the last step only', () => {
    const policy = canaryPolicySchema.parse({
      model: 'm@2',
      promoteWhen: { nonInferior: 'accuracy', margin: 0.02, checks: true },
    })
    const last = { isLast: true, heldMs: 1, holdMs: 0, requestCount: 500 }
    const unproven = figuresOf(400)
    expect(judged(unproven, { policy }).verdict).toBe('advance')
    expect(judged(unproven, { policy, step: last })).toMatchObject({ verdict: 'wait' })
    const proven = figuresOf(20_000)
    const control = figuresOf(20_000)
    expect(judged(proven, { policy, control, step: last }).reason).toContain('report of its checks')
    expect(judged(proven, { policy, control, step: last, checksPassed: true }).verdict).toBe('promote')
    expect(judged(proven, { policy, control, checksPassed: false }).verdict).toBe('roll-back')
  })

  it('pauses what is not decided in its time', () => {
    const step = { isLast: false, heldMs: 5000, holdMs: 1000, maximumHoldMs: 5000, requestCount: 10 }
    expect(judged(figuresOf(10), { step })).toMatchObject({
      verdict: 'pause',
      reason: expect.stringContaining('Not decided in the time it has: waiting: 10 of 200 requests in this step'),
    })
  })

  it('waits while the stable version has no traffic to compare with', () => {
    const judgement = judged(figuresOf(500), { control: emptyArmFigures() })
    expect(judgement.verdict).toBe('wait')
    expect(ruleOf(judgement, 'errorRateIncrease')?.state).toBe('waits')
  })

  it('says nothing but that it waits before the first request', () => {
    const judgement = judged(emptyArmFigures(), { control: emptyArmFigures() })
    expect(judgement.verdict).toBe('wait')
    expect(judgement.rules.filter(({ state }) => state === 'fails')).toEqual([])
  })
})
