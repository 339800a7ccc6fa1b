import {
  type ConfusionChange,
  durationMs,
  MEAN_METRICS,
  type MeanMetric,
  type Moments,
  NO_MOMENTS,
  withChanges,
  withoutValue,
  withValue,
} from '@regia/core'
import type { Connection } from '../../database/database.ts'
import type { ReleaseFiguresStore } from '../release/release-figures.ts'
import { bucketMs, type Outcomes, type Pulls, type ReleaseRecord } from '../release/release-record.ts'
import type { ReleaseStore } from '../release/release-store.ts'
import { type Delta, type PredictedBy, SECOND_MS } from './delta.ts'
import type { OutcomeValues } from './outcome-values.ts'

/** A label or reward that is new, joined with its prediction. */
export type Outcome = PredictedBy & {
  /** When it came, in milliseconds since 1970. */
  readonly loggedAt: number
  readonly values: OutcomeValues
  /** What a label before it, which it takes the place of, had counted. */
  readonly before?: OutcomeValues
}

export type ReleaseCounters = { readonly releases: ReleaseStore; readonly figures: ReleaseFiguresStore }

/** Counts for the open release what it is judged by: labels, rewards, and predictions that still wait for one. */
export async function countOutcomes(
  { releases, figures }: ReleaseCounters,
  connection: Connection,
  endpoint: string,
  delta: Delta,
  outcomes: readonly Outcome[],
): Promise<void> {
  const release = await releases.findOpen(endpoint, connection)
  if (!release) return
  const own = outcomes.filter((outcome) => isOf(release, outcome))
  const known = own.length > 0 ? await figures.outcomes(release.id, connection) : new Map<number, Outcomes>()
  for (const version of new Set(own.map((outcome) => outcome.version))) {
    const ofVersion = own.filter((outcome) => outcome.version === version)
    await figures.putOutcomes(connection, release.id, version, withOutcomes(known.get(version) ?? {}, ofVersion))
  }
  if (release.kind !== 'bandit') return
  for (const [version, pulls] of pullsOf(release, delta, own)) {
    for (const each of pulls) await figures.addPulls(connection, release.id, version, each)
  }
}

function isOf(release: ReleaseRecord, { version, predictedAt, isOutOfRelease, loggedAt }: Outcome): boolean {
  if (isOutOfRelease || predictedAt < release.startedAt) return false
  const isVersion = version === release.stableVersion || release.arms.some((arm) => arm.version === version)
  if (!isVersion || release.kind !== 'bandit') return isVersion
  return loggedAt - predictedAt <= durationMs(release.policy.rewardWindow)
}

function withOutcomes(known: Outcomes, outcomes: readonly Outcome[]): Outcomes {
  const means: Partial<Record<MeanMetric, Moments>> = {}
  for (const metric of MEAN_METRICS) {
    const moments = outcomes.reduce((sum, outcome) => withOutcome(sum, metric, outcome), known[metric])
    if (moments) means[metric] = moments
  }
  const changes = outcomes.flatMap(({ values, before }): ConfusionChange[] => [
    ...(before?.classes ? [{ ...before.classes, by: -1 as const }] : []),
    ...(values.classes ? [{ ...values.classes, by: 1 as const }] : []),
  ])
  const isClassified = known.confusion !== undefined || changes.length > 0
  return { ...means, ...(isClassified && { confusion: withChanges(known.confusion ?? [], changes) }) }
}

function withOutcome(known: Moments | undefined, metric: MeanMetric, { values, before }: Outcome): Moments | undefined {
  const [value, old] = [values[metric], before?.[metric]]
  const rest = old === undefined ? known : withoutValue(known ?? NO_MOMENTS, old)
  return value === undefined ? rest : withValue(rest ?? NO_MOMENTS, value)
}

type BanditRelease = ReleaseRecord & { readonly kind: 'bandit' }

/** By version and bucket of time: what was predicted, and what of it is settled. */
function pullsOf(release: BanditRelease, delta: Delta, outcomes: readonly Outcome[]): Map<number, readonly Pulls[]> {
  const { metric, rewardWindow } = release.policy
  const size = bucketMs(durationMs(rewardWindow))
  const counts = new Map<number, Map<number, { pullCount: number; settledCount: number }>>()
  const at = (version: number, ms: number) => {
    const byBucket = counts.get(version) ?? new Map<number, { pullCount: number; settledCount: number }>()
    counts.set(version, byBucket)
    const bucket = Math.floor(ms / size) * size
    const count = byBucket.get(bucket) ?? { pullCount: 0, settledCount: 0 }
    byBucket.set(bucket, count)
    return count
  }
  for (const [version, { pulls }] of delta.versions) {
    for (const [second, count] of pulls)
      if (second + SECOND_MS > release.startedAt) at(version, second).pullCount += count
  }
  for (const { version, predictedAt, values, before } of outcomes) {
    if (values[metric] !== undefined && before === undefined) at(version, predictedAt).settledCount++
  }
  return new Map(
    [...counts].map(([version, byBucket]) => [version, [...byBucket].map(([bucket, count]) => ({ bucket, ...count }))]),
  )
}
