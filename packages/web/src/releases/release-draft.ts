import {
  type EndpointSpec,
  type EndpointSpecInput,
  endpointSpecSchema,
  type ReleaseKind,
  type ReleaseMetric,
  servingLimitsSchema,
} from '@regia/core'

/** A release as it is typed, before it is judged. */
export type ReleaseDraft = {
  readonly kind: ReleaseKind
  /** Of a canary or a shadow. */
  readonly model: string
  /** Of an experiment or a bandit. */
  readonly arms: readonly string[]
  readonly sticky: string
  readonly automatic: boolean
  readonly steps: string
  readonly every: string
  readonly minimumRequests: string
  readonly errorRate: string
  readonly p99Ms: string
  /** Percent of the traffic that each arm beside the control gets. */
  readonly armPercent: string
  readonly metric: ReleaseMetric
  readonly minimumEffect: string
  readonly method: 'sequential' | 'fixed'
  readonly power: string
  readonly algorithm: 'thompson' | 'ucb1' | 'epsilon-greedy'
  readonly rewardWindow: string
  readonly minimumPairs: string
  readonly maximumPairs: string
}

/** @param suggestion - The version that is most likely meant: the newest that does not serve. */
export const firstDraft = (suggestion: string | undefined): ReleaseDraft => ({
  kind: 'canary',
  model: suggestion ?? '',
  arms: suggestion === undefined ? [] : [suggestion],
  sticky: '',
  automatic: true,
  steps: '1, 5, 25, 50',
  every: '30m',
  minimumRequests: '200',
  errorRate: '',
  p99Ms: '',
  armPercent: '50',
  metric: 'accuracy',
  minimumEffect: '0.02',
  method: 'sequential',
  power: '0.8',
  algorithm: 'thompson',
  rewardWindow: '1d',
  minimumPairs: '2000',
  maximumPairs: '20000',
})

/** The endpoint with the release of the draft in place of any other: what would be applied. What is not typed is left to the defaults. */
export function draftSpec(spec: EndpointSpec, draft: ReleaseDraft): EndpointSpecInput {
  return { ...writtenSpec(spec), ...policyOf(draft) }
}

/** The spec as a person would write it: without releases, and without what is as by default. */
export function writtenSpec(spec: EndpointSpec): EndpointSpecInput {
  const {
    shadow: _shadow,
    canary: _canary,
    experiment: _experiment,
    bandit: _bandit,
    description,
    limits,
    ...rest
  } = spec
  const usual = new Map(Object.entries(servingLimitsSchema.parse({})))
  const own = Object.fromEntries(Object.entries(limits).filter(([name, value]) => usual.get(name) !== value))
  return {
    ...rest,
    ...(description !== '' && { description }),
    ...(Object.keys(own).length > 0 && { limits: own }),
  }
}

function policyOf(draft: ReleaseDraft): Partial<EndpointSpecInput> {
  const sticky = draft.sticky.trim() === '' ? {} : { sticky: draft.sticky.trim() }
  const arms = draft.arms.map((model) => ({ model }))
  switch (draft.kind) {
    case 'canary':
      return {
        canary: { model: draft.model, ...stepsOf(draft), ...sticky, ...guards(draft), automatic: draft.automatic },
      }
    case 'experiment':
      return {
        experiment: {
          arms: arms.map(({ model }) => ({ model, share: Number(draft.armPercent) / 100 })),
          ...sticky,
          metric: draft.metric,
          minimumEffect: numberIn(draft.minimumEffect),
          method: draft.method,
          power: numberIn(draft.power),
          ...guards(draft),
          automatic: draft.automatic,
        },
      }
    case 'bandit':
      return {
        bandit: {
          arms,
          algorithm: draft.algorithm,
          ...sticky,
          rewardWindow: draft.rewardWindow.trim(),
          ...guards(draft),
          automatic: draft.automatic,
        },
      }
    case 'shadow':
      return {
        shadow: {
          model: draft.model,
          rule: {
            minimumPairs: numberIn(draft.minimumPairs),
            maximumPairs: numberIn(draft.maximumPairs),
            automatic: draft.automatic,
          },
        },
      }
  }
}

const stepsOf = ({ steps, every, minimumRequests }: ReleaseDraft) => ({
  steps: steps
    .split(/[\s,;%]+/)
    .filter(Boolean)
    .map(Number),
  every: every.trim(),
  minimumRequests: numberIn(minimumRequests),
})

function guards({ errorRate, p99Ms }: ReleaseDraft) {
  const rules = {
    ...(errorRate.trim() !== '' && { errorRate: numberIn(errorRate) }),
    ...(p99Ms.trim() !== '' && { p99Ms: numberIn(p99Ms) }),
  }
  return Object.keys(rules).length > 0 ? { rollbackWhen: rules } : {}
}

// An empty field is no number: the schema says so, where a 0 would pass in silence.
const numberIn = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))

/** What is wrong with a draft, in the words of the schema, by where it is. */
export function draftProblems(spec: EndpointSpecInput): readonly string[] {
  const result = endpointSpecSchema.safeParse(spec)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
