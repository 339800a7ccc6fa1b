import {
  type CanaryPolicy,
  isOpenRelease,
  type Release,
  type ReleaseMetric,
  type ReleasePolicy,
  type ShadowComparison,
} from '@regia/core'
import { formatCount, formatDuration, formatPercent } from '../kernel/format.ts'
import type { Health } from '../kernel/health.ts'

export const isCanaryPolicy = (policy: ReleasePolicy): policy is CanaryPolicy => 'steps' in policy

export const KIND_WORDS: Readonly<Record<Release['kind'], string>> = {
  shadow: 'Shadow',
  canary: 'Canary',
  experiment: 'Experiment',
  bandit: 'Bandit',
}

export const STATE_WORDS: Readonly<Record<Release['state'], string>> = {
  running: 'running',
  paused: 'paused',
  recommended: 'waits for a person',
  promoted: 'promoted',
  refused: 'refused',
  'rolled-back': 'taken back',
  stopped: 'stopped',
}

export const STATE_LAMPS: Readonly<Record<Release['state'], Health>> = {
  running: 'running',
  paused: 'attention',
  recommended: 'attention',
  promoted: 'well',
  refused: 'attention',
  'rolled-back': 'attention',
  stopped: 'unknown',
}

/** Where a release stands, in a line: `canary 25 % · step 3 of 4 · next in 12 min`. */
export function releaseLine(release: Release, now: number): string {
  const state = release.state === 'running' ? '' : ` · ${STATE_WORDS[release.state]}`
  if (!isOpenRelease(release.state)) return `${release.kind} ${STATE_WORDS[release.state]}`
  if (release.kind === 'shadow') return `shadow: v${release.arms[1]?.version ?? '?'}${state}`
  if (release.kind === 'canary') return canaryLine(release, now) + state
  if (release.kind === 'experiment') return experimentLine(release) + state
  return banditLine(release) + state
}

function canaryLine({ step, state }: Release, now: number): string {
  if (!step) return 'canary'
  const place = `canary ${step.percent}\u00a0% · step ${step.place} of ${step.of}`
  return state === 'running' ? `${place} · ${nextIn(step, now)}` : place
}

function nextIn(step: NonNullable<Release['step']>, now: number): string {
  const waitMs = Date.parse(step.until) - now
  if (waitMs > 0) return `next in ${shortWait(waitMs)}`
  const missing = step.neededCount - step.requestCount
  return missing > 0 ? `${formatCount(missing)} requests to go` : 'looked at now'
}

/** Whole minutes are exact enough for a wait; the last one is counted in seconds. */
export const shortWait = (ms: number): string =>
  ms < 60_000 ? `${Math.max(1, Math.round(ms / 1000))}\u00a0s` : formatDuration(Math.round(ms / 60_000) * 60_000)

function experimentLine({ analysis }: Release): string {
  if (!analysis) return 'experiment: nothing counted yet'
  const last = [analysis.control.n, ...analysis.comparisons.map(({ n }) => n)]
  const needed = Math.max(...analysis.comparisons.map((each) => each.needed))
  if (analysis.verdict !== 'running') return `experiment: ${VERDICT_WORDS[analysis.verdict]}`
  return `experiment: ${formatCount(Math.min(...last))} of ${formatCount(needed)} per arm`
}

export const VERDICT_WORDS = {
  running: 'not decided yet',
  winner: 'decided',
  'no-difference': 'no difference worth finding',
  unsound: 'the split is broken',
} as const

function banditLine({ bandit, arms }: Release): string {
  const shares = bandit?.arms ?? arms
  const best = shares.reduce((a, b) => (b.share > a.share ? b : a))
  return `bandit: v${best.version} ${formatPercent(best.share)}`
}

/** What happens next with a release that is open, and when. */
export function whatNext(release: Release, now: number): string {
  const versions = release.arms.slice(1).map(({ version }) => `v${version}`)
  if (release.state === 'paused')
    return 'Shares stay as they are until somebody resumes it. The rules still take it back.'
  if (release.state === 'recommended') return recommended(release)
  if (release.kind === 'shadow')
    return `${versions.join(', ')} answers what v${release.stableVersion} is asked, unseen, until the rule is met or refuses it.`
  if (release.kind === 'canary') return canaryNext(release, now)
  if (release.kind === 'experiment') return experimentNext(release)
  return `Shares follow the rewards${release.policy && 'every' in release.policy ? `, again every ${release.policy.every}` : ''}. ${versions.join(', ')} and v${release.stableVersion} keep a minimum, so that what was unlucky recovers.`
}

function recommended({ winner, kind, step, arms }: Release): string {
  if (winner !== undefined) return `It recommends v${winner} and waits: promote it, or stop.`
  if (kind === 'canary' && step)
    return `Every rule passes at ${step.percent}\u00a0%. It waits for a person before it gives v${arms[1]?.version ?? '?'} more.`
  return 'It waits for a person.'
}

function canaryNext({ step, policy, arms }: Release, now: number): string {
  if (!step || !isCanaryPolicy(policy)) return 'It begins with the next request.'
  const percent = policy.steps[step.place]
  const deed = percent === undefined ? `v${arms[1]?.version ?? '?'} is promoted` : `it gets ${percent}\u00a0%`
  const by = policy.automatic ? '' : ', once a person agrees'
  const waits: string[] = []
  const waitMs = Date.parse(step.until) - now
  if (waitMs > 0) waits.push(`${shortWait(waitMs)} more`)
  const missing = step.neededCount - step.requestCount
  if (missing > 0) waits.push(`${formatCount(missing)} more requests`)
  const when =
    waits.length > 0 ? `After ${waits.join(' and ')}, when every rule passes, ` : 'As soon as every rule passes, '
  return `${when}${deed}${by}.`
}

function experimentNext({ policy, analysis }: Release): string {
  if (analysis?.verdict === 'unsound')
    return 'The arms do not get what they should: look for what loses requests before you believe any figure.'
  const isFixed = 'method' in policy && policy.method === 'fixed'
  const end =
    'automatic' in policy && policy.automatic ? 'the winner is promoted' : 'the winner is recommended to a person'
  return isFixed
    ? `Nothing is said before every arm has its planned size; then ${end}.`
    : `As soon as the metric tells the versions apart, or at the planned size, ${end}.`
}

/** The metrics that a policy judges by; where it names none, the plainest. */
export function judgedMetrics(policy: ReleasePolicy): readonly ReleaseMetric[] {
  if ('metric' in policy) return [policy.metric]
  if ('rule' in policy) return []
  const named = [policy.promoteWhen.nonInferior, policy.rollbackWhen.metric?.name].filter((name) => name !== undefined)
  return named.length > 0 ? named : ['accuracy', 'absoluteError']
}

/** How far a version in shadow is, in a line. */
export function shadowLine({ labelledPairCount, rule, verdict }: ShadowComparison): string {
  if (verdict === 'promote') return 'shadow: the rule is met'
  if (verdict === 'refuse') return 'shadow: the rule refuses it'
  const goal = labelledPairCount < rule.minimumPairs ? rule.minimumPairs : rule.maximumPairs
  return `shadow: ${formatCount(labelledPairCount)} of ${formatCount(goal)} pairs`
}
