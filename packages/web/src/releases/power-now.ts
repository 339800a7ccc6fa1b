import { type ExperimentPolicy, plannedPower, RELEASE_METRIC_INFO, type Release, type ReleaseArm } from '@regia/core'

const Z = 1.959964

/** The chance that an arm of this size finds the smallest difference that is worth finding; undefined before there is enough to say. */
export function powerNow(release: Release, policy: ExperimentPolicy, version: number): number | undefined {
  const metricOf = (arm: ReleaseArm | undefined) => arm?.metrics.find(({ name }) => name === policy.metric)
  const control = metricOf(release.arms[0])
  const treatment = metricOf(release.arms.find((arm) => arm.version === version))
  if (!control?.interval || !treatment || control.n < 2 || treatment.n < 1) return undefined
  const isShare = RELEASE_METRIC_INFO[policy.metric].isShare && control.mean > 0 && control.mean < 1
  const deviation = ((control.interval.upper - control.interval.lower) / (2 * Z)) * Math.sqrt(control.n)
  if (!isShare && !(deviation > 0)) return undefined
  const outcome = isShare
    ? ({ kind: 'share', baseline: control.mean } as const)
    : ({ kind: 'mean', standardDeviation: deviation } as const)
  return plannedPower(outcome, effectOf(policy, control.mean), control.n, {
    alpha: policy.alpha,
    ratio: treatment.n / control.n,
    comparisons: Math.max(1, release.arms.length - 1),
    method: policy.method,
  })
}

/** Towards the better side, as long as a share stays one. */
function effectOf({ metric, minimumEffect }: ExperimentPolicy, mean: number): number {
  const { isShare, direction } = RELEASE_METRIC_INFO[metric]
  const isUp = direction === 'higher' && (!isShare || mean + minimumEffect < 1)
  return isUp ? minimumEffect : -minimumEffect
}
