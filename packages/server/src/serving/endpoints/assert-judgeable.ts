import {
  type EndpointSpec,
  RELEASE_METRIC_INFO,
  RegiaError,
  type ReleaseMetric,
  releaseMetricsOf,
  type Signature,
  shadowMetricsOf,
  whyNotCompared,
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
    const sentence = `${metric}: ${RELEASE_METRIC_INFO[metric].label} ${why}`
    throw notJudgeable(spec, where, sentence, releaseMetricsOf(signature))
  }
  const { metric } = spec.shadow?.rule ?? {}
  const why = metric && whyNotCompared(metric, signature)
  if (why !== undefined)
    throw notJudgeable(spec, 'shadow.rule.metric', `${metric}: it ${why}`, shadowMetricsOf(signature))
}

const notJudgeable = (
  { name }: EndpointSpec,
  where: string,
  sentence: string,
  possible: readonly string[],
): RegiaError =>
  new RegiaError('INVALID_INPUT', `The release of endpoint "${name}" cannot be judged by ${sentence}.`, {
    where,
    hint:
      possible.length > 0
        ? `What is logged of this model gives: ${possible.join(', ')}.`
        : 'Nothing that is logged of this model compares versions in shadow: leave it out, and promote by hand.',
  })

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
