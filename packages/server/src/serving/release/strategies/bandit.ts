import {
  type ArmFigures,
  addedArm,
  type BanditArm,
  type BanditState,
  banditArmOf,
  banditState,
  durationMs,
  forgottenArm,
  judgeRules,
  type RuleOutcome,
  ruleSentences,
  toIso,
} from '@regia/core'
import { bucketMs, type Pulls, type RecordedBandit, type ReleaseRecord } from '../release-record.ts'
import { type Broken, inPlay, type ReleaseQuestion, type ReleaseStrategy, WAIT } from './strategy.ts'

type BanditRecord = ReleaseRecord & { readonly kind: 'bandit' }

/** The chance that a sound arm is ever taken out by a rule, over all arms. */
const ALPHA = 0.05
const RULE_REQUESTS = 200
const MAX_HISTORY = 500
/** A share that moved by so much is a decision of its own. */
const TOLD = 0.1

/** Shares that follow what the versions earn. */
export const banditStrategy: ReleaseStrategy<'bandit'> = {
  kind: 'bandit',
  role: 'arm',
  arms: ({ arms }) => arms.map(({ model }) => ({ model, share: 1 / (arms.length + 1) })),
  restartsOnChange: false,
  look: (question) => {
    const { record, now } = question
    const judged = judgeArms(question)
    const rules = judged.flatMap((each) => each.rules)
    const broken = judged.flatMap((each) => each.broken)
    if (broken.length > 0) return { changes: { rules }, act: { kind: 'take-out', broken } }
    const updatedAt = record.bandit?.updatedAt ?? record.startedAt
    if (now - updatedAt < durationMs(record.policy.every)) return { changes: { rules }, act: WAIT }
    return update(question, rules)
  },
}

function judgeArms({ record, figures }: ReleaseQuestion<'bandit'>) {
  const control = figures.get(record.stableVersion)
  const playing = inPlay(record.arms)
  return playing.map(({ version }) => {
    const canary = figures.get(version)
    const rules =
      control && canary
        ? judgeRules({
            rules: record.policy.rollbackWhen,
            ...{ control, canary },
            alpha: ALPHA / playing.length,
            minimumRequests: RULE_REQUESTS,
            minimumLabels: RULE_REQUESTS,
          })
        : []
    return { rules, broken: brokenBy(version, rules) }
  })
}

function brokenBy(version: number, rules: readonly RuleOutcome[]): readonly Broken[] {
  const failed = rules.filter(({ state }) => state === 'fails')
  const reason = ruleSentences(failed)
  return failed.length > 0 ? [{ version, reason }] : []
}

function update(question: ReleaseQuestion<'bandit'>, rules: readonly RuleOutcome[]) {
  const { record, now } = question
  const versions = [record.stableVersion, ...inPlay(record.arms).map(({ version }) => version)]
  const totals = versions.map((version) => totalOf(question, version))
  const learnt = totals.map((total) => learntOf(record, total))
  const state = banditState({ policy: record.policy, arms: learnt, horizon: horizonOf(question) })
  const isTold = hasMoved(record.bandit?.told, state)
  const bandit: RecordedBandit = {
    ...{ state, learnt, seen: totals, updatedAt: now },
    history: [...(record.bandit?.history ?? []), entryOf(now, state)].slice(-MAX_HISTORY),
    told: isTold ? state.arms.map(({ share }) => share) : (record.bandit?.told ?? []),
  }
  const changes = { rules, bandit, verdict: state.verdict, reason: state.reason }
  if (state.verdict === 'winner') return { changes, act: { kind: 'conclude', winner: state.best } as const }
  const shares = new Map(state.arms.slice(1).map(({ version, share }) => [version, share]))
  return { changes, act: { kind: 'share', shares, isTold } as const }
}

/** All that a version earned since the release began, and what may still come. */
function totalOf({ record, figures, pulls, now }: ReleaseQuestion<'bandit'>, version: number): BanditArm {
  const { metric, missingReward, rewardWindow } = record.policy
  const { missing, pending } = waiting(
    pulls.get(version) ?? [],
    now - durationMs(rewardWindow),
    durationMs(rewardWindow),
  )
  const arm = banditArmOf(version, rewardsOf(figures.get(version), metric), pending)
  return missingReward === 'zero' ? { ...arm, rewardCount: arm.rewardCount + missing } : arm
}

const rewardsOf = (figures: ArmFigures | undefined, metric: 'reward' | 'accuracy') =>
  figures?.metrics[metric] ?? { n: 0, mean: 0, squaredDeviations: 0 }

/** Predictions without a reward: of those made before a time none comes any more. */
function waiting(pulls: readonly Pulls[], before: number, windowMs: number): { missing: number; pending: number } {
  let [missing, pending] = [0, 0]
  for (const { bucket, pullCount, settledCount } of pulls) {
    const open = Math.max(0, pullCount - settledCount)
    if (bucket + bucketMs(windowMs) <= before) missing += open
    else pending += open
  }
  return { missing, pending }
}

/** What was learnt before counts less by the discount; what came since counts whole. */
function learntOf({ policy, bandit }: BanditRecord, total: BanditArm): BanditArm {
  const { version } = total
  const [learnt, seen] = [bandit?.learnt, bandit?.seen].map((arms) => arms?.find((arm) => arm.version === version))
  if (!learnt || !seen) return total
  const since: BanditArm = {
    version,
    pending: total.pending,
    rewardCount: total.rewardCount - seen.rewardCount,
    rewardSum: total.rewardSum - seen.rewardSum,
    rewardSquares: total.rewardSquares - seen.rewardSquares,
  }
  return addedArm({ ...forgottenArm(learnt, policy.discount), pending: 0 }, since)
}

/** Predictions until the next update, if they go on as since the beginning. */
function horizonOf({ record, figures, now }: ReleaseQuestion<'bandit'>): number {
  const requests = [...figures.values()].reduce((sum, { requestCount }) => sum + requestCount, 0)
  const spanMs = Math.max(1, now - record.startedAt)
  return Math.max(10, Math.round((requests * durationMs(record.policy.every)) / spanMs))
}

const hasMoved = (told: readonly number[] | undefined, { arms }: BanditState): boolean =>
  !told || told.length !== arms.length || arms.some(({ share }, i) => Math.abs(share - told[i]!) >= TOLD)

const entryOf = (at: number, { arms }: BanditState): RecordedBandit['history'][number] => ({
  at: toIso(at),
  arms: arms.map(({ version, share, probabilityBest }) => ({ version, share, probabilityBest })),
})
