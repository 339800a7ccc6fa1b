import { type Release, type ReleaseArm, type ReleaseFigures, type ShadowComparison, toIso } from '@regia/core'
import type { ShadowRelease } from './release-record.ts'

/**
 * A version in shadow as the API shows releases.
 *
 * @param comparison - As of now, while it runs.
 */
export function viewShadow(record: ShadowRelease, comparison = record.comparison): Release {
  const { id, endpoint, kind, state, policy, stableVersion, winner, verdict, reason, startedAt, endedAt } = record
  const isOver = endedAt !== undefined
  return {
    ...{ id, endpoint, kind, state, policy, stableVersion },
    startedAt: toIso(startedAt),
    ...(isOver && { endedAt: toIso(endedAt) }),
    ...{ arms: armsOf(record, comparison), rules: [] },
    ...(comparison && { comparison }),
    ...(winner !== undefined && { winner }),
    ...(comparison && !isOver ? { verdict: comparison.verdict, reason: comparison.reason } : { verdict, reason }),
  }
}

/** What a decision about a version in shadow is taken on, beside the comparison. */
export function shadowFigures(record: ShadowRelease, comparison: ShadowComparison | undefined): ReleaseFigures {
  const { id, kind, arms, rules } = viewShadow(record, comparison)
  return { id, kind, arms, rules }
}

/** Both answered the same requests; whoever asked got what the stable version answered. */
function armsOf(
  { stable, stableVersion, arms }: ShadowRelease,
  comparison: ShadowComparison | undefined,
): ReleaseArm[] {
  const counted = { requestCount: comparison?.pairCount ?? 0, errorCount: 0, invalidCount: 0, metrics: [] }
  const [{ version, model }] = arms
  return [
    { version: stableVersion, model: stable, role: 'stable', share: 1, ...counted },
    { version, model, role: 'shadow', share: 0, ...counted },
  ]
}
