import {
  type ArmFigures,
  type ArmMetric,
  durationMs,
  isOpenRelease,
  latencyQuantile,
  normalInterval,
  RELEASE_METRIC_INFO,
  RELEASE_METRICS,
  type Release,
  type ReleaseArm,
  type ReleaseFigures,
  sampleVariance,
  toIso,
  wilsonInterval,
} from '@regia/core'
import type { ReleaseRecord } from './release-record.ts'
import { roleOf } from './strategies/index.ts'

export type ReleaseParts = {
  readonly record: ReleaseRecord
  /** By version. */
  readonly figures: ReadonlyMap<number, ArmFigures>
  /** Why versions did not load. */
  readonly failureOf?: (version: number) => string | undefined
}

/** A release as the API shows it. */
export function viewRelease(parts: ReleaseParts): Release {
  const { record } = parts
  const { id, endpoint, kind, state, policy, stableVersion, rules, analysis, winner, verdict, reason } = record
  return {
    ...{ id, endpoint, kind, state, policy, stableVersion, verdict, reason },
    startedAt: toIso(record.startedAt),
    ...(record.endedAt !== undefined && { endedAt: toIso(record.endedAt) }),
    arms: armsOf(parts),
    ...stepOf(parts),
    rules: [...rules],
    ...(analysis && { analysis }),
    ...banditOf(record),
    ...(winner !== undefined && { winner }),
  }
}

/** What a decision about a release is taken on. */
export function releaseFigures(parts: ReleaseParts): ReleaseFigures {
  const { id, kind, arms, step, rules, analysis, bandit } = viewRelease(parts)
  return { id, kind, arms, rules, ...(step && { step }), ...(analysis && { analysis }), ...(bandit && { bandit }) }
}

function armsOf({ record, figures, failureOf }: ReleaseParts): ReleaseArm[] {
  const { arms, stable, stableVersion, kind } = record
  const taken = arms.reduce((sum, { share }) => sum + share, 0)
  const stableArm = { version: stableVersion, model: stable, share: 1 - taken }
  return [stableArm, ...arms].map(({ version, model, share }, i) => {
    const failure = isOpenRelease(record.state) ? failureOf?.(version) : undefined
    const role = i === 0 ? ('stable' as const) : roleOf(kind)
    return {
      version,
      model,
      role,
      share,
      ...figuresOf(figures.get(version)),
      ...(failure !== undefined && { failure }),
    }
  })
}

type Figures = Omit<ReleaseArm, 'version' | 'model' | 'role' | 'share' | 'failure'>

function figuresOf(figures: ArmFigures | undefined): Figures {
  if (!figures) return { requestCount: 0, errorCount: 0, invalidCount: 0, metrics: [] }
  const { requestCount, errorCount, invalidCount, latency, scoreMoments, scoreEdges, scores } = figures
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((fraction) => latencyQuantile(latency, fraction))
  return {
    ...{ requestCount, errorCount, invalidCount },
    ...(requestCount > 0 && { errorRate: errorCount / requestCount }),
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
    ...(p99Ms !== undefined && { p99Ms }),
    ...(scoreMoments.n > 0 && {
      meanScore: scoreMoments.mean,
      scores: { edges: [...scoreEdges], counts: [...scores] },
    }),
    metrics: RELEASE_METRICS.flatMap((name) => metricOf(name, figures)),
  }
}

function metricOf(name: ArmMetric['name'], { metrics }: ArmFigures): ArmMetric[] {
  const moments = metrics[name]
  const { n, mean } = moments
  if (n === 0) return []
  if (RELEASE_METRIC_INFO[name].isShare) {
    return [{ name, n, mean, interval: wilsonInterval(Math.round(n * mean), n) }]
  }
  const variance = sampleVariance(moments)
  return [{ name, n, mean, ...(n > 1 && { interval: normalInterval(mean, Math.sqrt(variance / n)) }) }]
}

function stepOf({ record, figures }: ReleaseParts): Pick<Release, 'step'> {
  const { step } = record
  if (record.kind !== 'canary' || !step) return {}
  const { steps, every, minimumRequests } = record.policy
  const requestCount = figures.get(record.arms[0]!.version)?.requestCount ?? 0
  return {
    step: {
      place: step.place + 1,
      of: steps.length,
      percent: steps[step.place]!,
      since: toIso(step.since),
      until: toIso(step.since + durationMs(every)),
      requestCount: requestCount - step.requestsBefore,
      neededCount: minimumRequests,
    },
  }
}

const banditOf = ({ bandit }: ReleaseRecord): Pick<Release, 'bandit'> =>
  bandit ? { bandit: { ...bandit.state, updatedAt: toIso(bandit.updatedAt), history: bandit.history } } : {}
