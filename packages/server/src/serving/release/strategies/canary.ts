import { type CanaryJudgement, durationMs, judgeCanary } from '@regia/core'
import { type Act, type ReleaseStrategy, WAIT } from './strategy.ts'

/** A growing share for one version, step by step. */
export const canaryStrategy: ReleaseStrategy<'canary'> = {
  kind: 'canary',
  role: 'canary',
  arms: ({ model, steps }) => [{ model, share: steps[0]! / 100 }],
  restartsOnChange: false,
  look: ({ record, figures, now, checksPassed }) => {
    const { policy, step, arms, stableVersion } = record
    const [control, canary] = [figures.get(stableVersion), figures.get(arms[0]!.version)]
    if (!step || !control || !canary) return { changes: {}, act: WAIT }
    const { verdict, rules, reason } = judgeCanary({
      policy,
      control,
      canary,
      step: {
        isLast: step.place >= policy.steps.length - 1,
        heldMs: now - step.since,
        holdMs: durationMs(policy.every),
        maximumHoldMs: durationMs(policy.holdAtMost),
        requestCount: canary.requestCount - step.requestsBefore,
      },
      ...(checksPassed !== undefined && { checksPassed }),
    })
    return { changes: { rules, verdict, reason }, act: actOf(verdict, arms[0]!.version, reason) }
  },
}

function actOf(verdict: CanaryJudgement['verdict'], version: number, reason: string): Act {
  switch (verdict) {
    case 'wait':
      return WAIT
    case 'roll-back':
      return { kind: 'take-out', broken: [{ version, reason }] }
    case 'promote':
      return { kind: 'conclude', winner: version }
    case 'advance':
    case 'pause':
      return { kind: verdict }
  }
}
