import { decideRelease, type PromotionRule, type ShadowComparison, toIso } from '@regia/core'
import type { RegisteredVersion } from '../gateway/model-directory.ts'
import type { PairStore } from './pair-store.ts'

export type ComparedVersions = {
  readonly endpoint: string
  readonly champion: RegisteredVersion
  readonly challenger: RegisteredVersion
  readonly rule: PromotionRule
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

/** Champion and challenger on the same predictions; their AUCs only where the labels are of days that neither was trained on. */
export async function compareVersions(pairs: PairStore, compared: ComparedVersions): Promise<ShadowComparison> {
  const { champion, challenger, rule } = compared
  const versions = {
    endpoint: compared.endpoint,
    championVersion: champion.version,
    challengerVersion: challenger.version,
  }
  const { pairCount, agreement, meanAbsoluteDifference } = await pairs.totals(versions)
  const after = Math.max(trainedUntil(champion), trainedUntil(challenger))
  const labelled = await pairs.labelledPairs(versions, after, rule.maximumPairs)
  const labelledPairCount =
    labelled.labels.length < rule.maximumPairs ? labelled.labels.length : await pairs.labelledCount(versions, after)
  const decision = isBinary(challenger)
    ? decideRelease(labelled, rule)
    : {
        verdict: 'waiting' as const,
        reason: 'The rule compares AUCs, which only two classes have: promote it by hand.',
      }
  const { verdict, reason, ...figures } = decision
  return {
    championVersion: champion.version,
    challengerVersion: challenger.version,
    startedAt: toIso(compared.startedAt),
    pairCount,
    labelledPairCount,
    ...(agreement !== undefined && { agreement }),
    ...(meanAbsoluteDifference !== undefined && { meanAbsoluteDifference }),
    ...withoutCount(figures),
    rule,
    verdict,
    reason,
  }
}

type Figures = Pick<ShadowComparison, 'championAuc' | 'challengerAuc' | 'difference'> & {
  readonly n?: number
  readonly interval?: { readonly lower: number; readonly upper: number; readonly confidence: number }
}

function withoutCount({ n: _, interval, ...figures }: Figures): Partial<ShadowComparison> {
  return { ...figures, ...(interval && { interval: { ...interval } }) }
}

/** Milliseconds since 1970; 0 for a version that does not say what it was trained on. */
const trainedUntil = ({ package: manifest }: RegisteredVersion): number =>
  manifest.trainedOn ? Date.parse(manifest.trainedOn.until) : 0

const isBinary = ({ package: manifest }: RegisteredVersion): boolean =>
  manifest.signature.task === 'binary' && manifest.signature.positive !== undefined
