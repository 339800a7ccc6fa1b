import {
  type EndpointSpec,
  RELEASE_METRIC_INFO,
  RegiaError,
  type ReleaseMetric,
  releaseMetricsOf,
  type Signature,
  whyNotJudged,
} from '@regia/core'

/**
 * Whether the metrics that an endpoint's release is judged by can be computed for its model: a rule on one that cannot would wait for ever.
 *
 * @throws RegiaError `INVALID_INPUT` naming the rule, why, and what can be computed.
 */
export function assertJudgeable(spec: EndpointSpec, signature: Signature): void {
  for (const [where, metric] of judgedBy(spec)) {
    const why = metric && whyNotJudged(metric, signature)
    if (!metric || why === undefined) continue
    const { label } = RELEASE_METRIC_INFO[metric]
    throw new RegiaError(
      'INVALID_INPUT',
      `The release of endpoint "${spec.name}" cannot be judged by ${metric}: ${label} ${why}.`,
      {
        where,
        hint: `What is logged of this model gives: ${releaseMetricsOf(signature).join(', ')}.`,
      },
    )
  }
}

type Named = readonly [where: string, metric: ReleaseMetric | undefined]

function judgedBy({ canary, experiment, bandit }: EndpointSpec): readonly Named[] {
  const guard = (where: string, policy: typeof canary | typeof experiment | typeof bandit): Named => [
    `${where}.rollbackWhen.metric.name`,
    policy?.rollbackWhen.metric?.name,
  ]
  return [
    ['canary.promoteWhen.nonInferior', canary?.promoteWhen.nonInferior],
    guard('canary', canary),
    ['experiment.metric', experiment?.metric],
    guard('experiment', experiment),
    ['bandit.metric', bandit?.metric],
    guard('bandit', bandit),
  ]
}
