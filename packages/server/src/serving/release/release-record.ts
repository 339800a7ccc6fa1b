import type {
  BanditArm,
  BanditPolicy,
  BanditState,
  CanaryPolicy,
  Confusion,
  ExperimentAnalysis,
  ExperimentPolicy,
  MeanMetric,
  Moments,
  ReleaseBandit,
  ReleaseId,
  ReleaseState,
  RuleOutcome,
  ShadowComparison,
  ShadowPolicy,
} from '@regia/core'

/** A version in a release, beside the stable one. */
export type RecordedArm = {
  readonly version: number
  /** How the policy names it. */
  readonly model: string
  /** Of the traffic now, from 0 to 1. */
  readonly share: number
  /** It broke a rule: it gets no traffic any more, the others go on. */
  readonly isOut?: boolean
}

/** What a bandit has learnt. Older rewards count less where the policy discounts. */
export type RecordedBandit = {
  readonly state: BanditState
  /** Milliseconds since 1970. */
  readonly updatedAt: number
  readonly history: ReleaseBandit['history']
  /** By version, as of the last update, discounted … */
  readonly learnt: readonly BanditArm[]
  /** … and the plain totals that went into it. */
  readonly seen: readonly BanditArm[]
  /** Shares at the last decision of which the log of decisions speaks. */
  readonly told: readonly number[]
}

/** Of each kind what only it has. */
export type KindOfRelease =
  | { readonly kind: 'canary'; readonly policy: CanaryPolicy }
  | { readonly kind: 'experiment'; readonly policy: ExperimentPolicy }
  | { readonly kind: 'bandit'; readonly policy: BanditPolicy }

/** A release that shares the traffic, as it is kept. It survives the death of the process at any moment. Times are milliseconds since 1970. */
export type ReleaseRecord = KindOfRelease & {
  readonly id: ReleaseId
  readonly endpoint: string
  readonly state: ReleaseState
  /** How the endpoint names the stable version. */
  readonly stable: string
  readonly stableVersion: number
  readonly arms: readonly RecordedArm[]
  /** Places sticky entities; a new release places them anew. */
  readonly salt: string
  /** Inner edges of the score bins; those of probabilities where absent. */
  readonly scoreEdges?: readonly number[]
  readonly startedAt: number
  readonly endedAt?: number
  /** Of a canary: from 0, since when, and how many requests it had answered by then. */
  readonly step?: { readonly place: number; readonly since: number; readonly requestsBefore: number }
  readonly rules: readonly RuleOutcome[]
  readonly analysis?: ExperimentAnalysis
  readonly bandit?: RecordedBandit
  readonly winner?: number
  readonly verdict: string
  readonly reason: string
  /** Whether the log of decisions knows that it began. */
  readonly isAnnounced: boolean
}

/** A version in shadow, as it is kept. It shares no traffic: what it is compared by comes from the log. */
export type ShadowRelease = {
  readonly kind: 'shadow'
  readonly policy: ShadowPolicy
  readonly id: ReleaseId
  readonly endpoint: string
  readonly state: Extract<ReleaseState, 'running' | 'recommended' | 'promoted' | 'refused' | 'stopped'>
  /** How the endpoint names the stable version. */
  readonly stable: string
  readonly stableVersion: number
  /** The one in shadow. */
  readonly arms: readonly [RecordedArm]
  readonly startedAt: number
  readonly endedAt?: number
  /** On which it ended, or was recommended. */
  readonly comparison?: ShadowComparison
  readonly winner?: number
  readonly verdict: string
  readonly reason: string
}

/** Every kind of release, as the history has it. */
export type KeptRelease = ReleaseRecord | ShadowRelease

/** What can change about a release: never what kind it is. */
export type RecordChanges = Partial<Omit<ReleaseRecord, 'kind' | 'policy' | 'id' | 'endpoint'>> & {
  readonly policy?: ReleaseRecord['policy']
}

/** What became known of the predictions of a version in a release: labels and rewards. */
export type Outcomes = Readonly<Partial<Record<MeanMetric, Moments>>> & {
  /** Of a classifier. */
  readonly confusion?: Confusion
}

/** Predictions of a version by when they were made, and for how many of them the outcome came in time. */
export type Pulls = { readonly bucket: number; readonly pullCount: number; readonly settledCount: number }

/** How finely predictions are kept apart by time, to know for which no reward comes any more. */
export const bucketMs = (windowMs: number): number => Math.max(1000, Math.ceil(windowMs / 48))
