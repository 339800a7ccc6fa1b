import {
  decideByClasses,
  decideRelease,
  type PromotionRule,
  type ReleaseDecision,
  type ShadowComparison,
  type ShadowMetric,
  shadowMetricsOf,
  toIso,
} from '@regia/core'
import type { RegisteredVersion } from '../gateway/model-directory.ts'
import type { PairStore, PairVersions } from './pair-store.ts'

export type ComparedVersions = {
  readonly endpoint: string
  readonly champion: RegisteredVersion
  readonly challenger: RegisteredVersion
  readonly rule: PromotionRule
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

/** Champion and challenger on the same predictions; their metrics only where the labels are of days that neither was trained on. */
export async function compareVersions(pairs: PairStore, compared: ComparedVersions): Promise<ShadowComparison> {
  const { champion, challenger, rule } = compared
  const versions = {
    endpoint: compared.endpoint,
    championVersion: champion.version,
    challengerVersion: challenger.version,
  }
  const { pairCount, agreement, meanAbsoluteDifference } = await pairs.totals(versions)
  const after = Math.max(trainedUntil(champion), trainedUntil(challenger))
  const metric = metricOf(challenger, rule)
  const { decision, readCount } = await decide(pairs, versions, after, metric, rule)
  const { n: _, interval, ...decided } = decision
  return {
    championVersion: champion.version,
    challengerVersion: challenger.version,
    startedAt: toIso(compared.startedAt),
    pairCount,
    labelledPairCount: readCount < rule.maximumPairs ? readCount : await pairs.labelledCount(versions, after),
    ...(agreement !== undefined && { agreement }),
    ...(meanAbsoluteDifference !== undefined && { meanAbsoluteDifference }),
    ...(metric && { metric }),
    ...decided,
    ...(interval && { interval: { ...interval } }),
    rule,
  }
}

type Decided = {
  readonly decision: Partial<Pick<ReleaseDecision, 'n'>> & Omit<ReleaseDecision, 'n'>
  /** Labelled pairs that were read: the rule's `maximumPairs` where there may be more. */
  readonly readCount: number
}

async function decide(
  pairs: PairStore,
  versions: PairVersions,
  after: number,
  metric: ShadowMetric | undefined,
  rule: PromotionRule,
): Promise<Decided> {
  if (metric === undefined || metric === 'auc') {
    const read = await pairs.labelledPairs(versions, after, rule.maximumPairs)
    return { decision: metric ? decideRelease(read, rule) : BY_HAND, readCount: read.labels.length }
  }
  const read = await pairs.labelledClasses(versions, after, rule.maximumPairs)
  return { decision: decideByClasses(read, metric, rule), readCount: read.actual.length }
}

const BY_HAND = {
  verdict: 'waiting',
  reason: 'No rule compares versions that predict numbers, or more than 100 classes: promote it by hand.',
} as const

/** What the rule names, where the model has it; else what suits the model best. */
function metricOf({ package: manifest }: RegisteredVersion, { metric }: PromotionRule): ShadowMetric | undefined {
  const possible = shadowMetricsOf(manifest.signature)
  return possible.find((each) => each === metric) ?? possible[0]
}

/** Milliseconds since 1970; 0 for a version that does not say what it was trained on. */
const trainedUntil = ({ package: manifest }: RegisteredVersion): number =>
  manifest.trainedOn ? Date.parse(manifest.trainedOn.until) : 0
