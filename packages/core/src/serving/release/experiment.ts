import { z } from 'zod'
import { intervalSchema } from '../../evaluation/index.ts'
import {
  holm,
  type Moments,
  meanDifference,
  planSampleSize,
  populationVariance,
  type SampleRatio,
  sequentialDifference,
  sequentialSampleRatio,
} from '../../statistics/index.ts'
import type { ExperimentPolicy } from '../release-policy.ts'
import type { ArmFigures } from './arm-figures.ts'
import { judgeRules } from './judge-rules.ts'
import { RELEASE_METRIC_INFO } from './release-metric.ts'
import { boundedInterval, ruleOutcomeSchema, short } from './rule-outcome.ts'

/** An arm beside the control. Differences are arm − control, in the unit of the metric. */
export const experimentComparisonSchema = z.object({
  version: z.number().int(),
  mean: z.number().optional(),
  n: z.number(),
  /** Labelled predictions of each arm after which there is an answer. */
  needed: z.number(),
  /** All of what follows is hidden until a fixed experiment has its size. */
  difference: z.number().optional(),
  interval: intervalSchema.optional(),
  /** Adjusted for the number of arms (Holm). */
  pValue: z.number().optional(),
  isSignificant: z.boolean(),
  verdict: z.enum(['undecided', 'better', 'worse', 'no-difference', 'stopped']),
  rules: z.array(ruleOutcomeSchema),
})
export type ExperimentComparison = z.infer<typeof experimentComparisonSchema>

export const sampleRatioSchema = z.object({
  pValue: z.number(),
  isSound: z.boolean(),
  /** By arm, the control first; empty where it is not judged. */
  observed: z.array(z.number()),
  expected: z.array(z.number()),
})

export const experimentAnalysisSchema = z.object({
  method: z.enum(['sequential', 'fixed']),
  metric: z.string(),
  control: z.object({ version: z.number().int(), mean: z.number().optional(), n: z.number() }),
  comparisons: z.array(experimentComparisonSchema),
  sampleRatio: sampleRatioSchema,
  /** `winner` may be the control. `unsound`: units are lost on the way, so that no figure can be trusted. */
  verdict: z.enum(['running', 'winner', 'no-difference', 'unsound']),
  /** Version that should serve from now on. */
  winner: z.number().int().optional(),
  reason: z.string(),
})
export type ExperimentAnalysis = z.infer<typeof experimentAnalysisSchema>

export type ExperimentArm = {
  readonly version: number
  /** Planned share of the traffic. */
  readonly share: number
  readonly figures: ArmFigures
  /**
   * What was assigned to it since the shares are what they are: units with a sticky column, else requests. By default its requests; with a
   * sticky column there is no default, as the requests of one unit come together and would make a sound split look broken.
   */
  readonly assignedCount?: number
}

export type ExperimentQuestion = {
  readonly policy: Pick<
    ExperimentPolicy,
    'metric' | 'method' | 'alpha' | 'power' | 'minimumEffect' | 'plannedPerArm' | 'rollbackWhen' | 'sticky'
  >
  /** The control first. */
  readonly arms: readonly [ExperimentArm, ...ExperimentArm[]]
  /** What was found before: p-values of the sequential method never rise again. */
  readonly previous?: ExperimentAnalysis
  readonly minimumRequests?: number
}

/**
 * What an experiment says now.
 *
 * `sequential` (mixture SPRT) may be looked at all the time and stops as soon as something is proven; `fixed` says nothing until each arm has
 * its planned size and then answers once: stop it there, as later looks err more often. Both hold `alpha` over all arms together (Holm for the
 * p-values, Bonferroni for the intervals). The guard rules and the sample ratio are always judged by bounds valid at all times.
 *
 * @throws RegiaError `INVALID_INPUT` when a share is not positive.
 * @example analyseExperiment({ policy, arms: [control, treatment] }).verdict // 'running'
 */
export function analyseExperiment(question: ExperimentQuestion): ExperimentAnalysis {
  const { policy, arms } = question
  const [control, ...treatments] = arms
  const moments = control.figures.metrics[policy.metric]
  const ratio = ratioOf(question)
  const comparisons = compareAll(question, moments, treatments)
  const base = {
    method: policy.method,
    metric: policy.metric,
    control: { version: control.version, n: moments.n, ...(moments.n > 0 && { mean: moments.mean }) },
    comparisons,
    sampleRatio: { ...ratio, observed: [...ratio.observed], expected: [...ratio.expected] },
  }
  return { ...base, ...concluded(question, base) }
}

/** Not judged, and so sound, where units are sticky and nobody counted them. */
function ratioOf({ policy, arms }: ExperimentQuestion): SampleRatio {
  const counts = arms.map(
    ({ assignedCount, figures }) => assignedCount ?? (policy.sticky ? undefined : figures.requestCount),
  )
  const observed = counts.filter((count) => count !== undefined)
  if (observed.length < arms.length) return { pValue: 1, isSound: true, observed: [], expected: [] }
  return sequentialSampleRatio(
    observed,
    arms.map(({ share }) => share),
  )
}

function compareAll(
  question: ExperimentQuestion,
  control: Moments,
  treatments: readonly ExperimentArm[],
): ExperimentComparison[] {
  const { policy, previous } = question
  const needed = neededPerArm(question, control)
  const isComplete = [control, ...treatments.map(({ figures }) => figures.metrics[policy.metric])].every(
    ({ n }) => n >= needed,
  )
  const tests = treatments.map((arm) => tested(question, control, arm))
  const adjusted = holm(tests.map(({ pValue }) => pValue))
  return treatments.map((arm, i) => {
    const { n, mean } = arm.figures.metrics[policy.metric]
    const { difference, interval } = tests[i]!
    const rules = guardsOf(question, arm)
    const isVisible = policy.method === 'sequential' ? n > 0 && control.n > 0 : isComplete
    const before = previous?.comparisons.find(({ version }) => version === arm.version)?.pValue ?? 1
    const pValue = policy.method === 'sequential' ? Math.min(before, adjusted[i]!) : adjusted[i]!
    const isSignificant = isVisible && pValue <= policy.alpha
    const found = { difference, interval, isSignificant, isComplete }
    return {
      version: arm.version,
      ...(n > 0 && { mean }),
      n,
      needed,
      ...(isVisible && { difference, ...boundedInterval(interval), pValue }),
      isSignificant,
      verdict: rules.some(({ state }) => state === 'fails') ? 'stopped' : verdictOf(policy, found),
      rules,
    }
  })
}

function tested({ policy, arms }: ExperimentQuestion, control: Moments, arm: ExperimentArm) {
  const moments = arm.figures.metrics[policy.metric]
  // Bonferroni: intervals that hold together.
  const confidence = 1 - policy.alpha / Math.max(1, arms.length - 1)
  if (policy.method === 'fixed') return meanDifference(control, moments, confidence)
  const isShare = RELEASE_METRIC_INFO[policy.metric].isShare
  return sequentialDifference(control, moments, {
    scale: policy.minimumEffect,
    confidence,
    ...(isShare && { varianceFloor: 0.5 }),
  })
}

function verdictOf(
  policy: ExperimentQuestion['policy'],
  found: {
    readonly difference: number
    readonly interval: { readonly lower: number; readonly upper: number }
    readonly isSignificant: boolean
    readonly isComplete: boolean
  },
): ExperimentComparison['verdict'] {
  const { difference, interval, isSignificant, isComplete } = found
  if (isSignificant) {
    const isUp = difference > 0
    return isUp === (RELEASE_METRIC_INFO[policy.metric].direction === 'higher') ? 'better' : 'worse'
  }
  const isFlat = interval.lower > -policy.minimumEffect && interval.upper < policy.minimumEffect
  if (isComplete || (policy.method === 'sequential' && isFlat)) return 'no-difference'
  return 'undecided'
}

function guardsOf({ policy, arms, minimumRequests = 200 }: ExperimentQuestion, arm: ExperimentArm) {
  return judgeRules({
    rules: policy.rollbackWhen,
    control: arms[0].figures,
    canary: arm.figures,
    alpha: policy.alpha / Math.max(1, arms.length - 1),
    minimumRequests,
    minimumLabels: 200,
  })
}

/** The planned size, or that of the calculator, from the spread of the control's values so far. */
function neededPerArm({ policy, arms }: ExperimentQuestion, control: Moments): number {
  if (policy.plannedPerArm !== undefined) return policy.plannedPerArm
  const variance = populationVariance(control)
  if (!(variance > 0) || control.n < 50) return Math.max(200, control.n + 1)
  const smallest = Math.min(...arms.slice(1).map(({ share }) => share / arms[0].share))
  const { controlCount, treatmentCount } = planSampleSize(
    { kind: 'mean', standardDeviation: Math.sqrt(variance) },
    policy.minimumEffect,
    {
      alpha: policy.alpha,
      power: policy.power,
      ratio: smallest,
      comparisons: Math.max(1, arms.length - 1),
      method: policy.method,
    },
  )
  return Math.min(controlCount, treatmentCount)
}

function concluded(
  { policy, arms }: ExperimentQuestion,
  { comparisons, sampleRatio }: Pick<ExperimentAnalysis, 'comparisons' | 'sampleRatio'>,
): Pick<ExperimentAnalysis, 'verdict' | 'winner' | 'reason'> {
  if (!sampleRatio.isSound) {
    const counts = `${sampleRatio.observed.join(' : ')} instead of ${sampleRatio.expected.map(Math.round).join(' : ')}`
    return {
      verdict: 'unsound',
      reason: `The arms were assigned ${counts}, which chance does not explain: something loses units of one arm.`,
    }
  }
  const better = comparisons.filter(({ verdict }) => verdict === 'better')
  if (better.length > 0) {
    const sign = RELEASE_METRIC_INFO[policy.metric].direction === 'higher' ? 1 : -1
    const best = better.reduce((a, b) => (sign * (b.mean ?? 0) > sign * (a.mean ?? 0) ? b : a))
    return {
      verdict: 'winner',
      winner: best.version,
      reason: `Version ${best.version} is better: ${figuresOf(policy, best)}.`,
    }
  }
  const open = comparisons.filter(({ verdict }) => verdict === 'undecided')
  if (open.length > 0) return { verdict: 'running', reason: runningReason(policy, open) }
  const even = comparisons.filter(({ verdict }) => verdict === 'no-difference')
  if (even.length > 0) {
    const words = even.map((arm) => `version ${arm.version}: ${figuresOf(policy, arm)}`).join('; ')
    return {
      verdict: 'no-difference',
      winner: arms[0].version,
      reason: `No difference that is worth finding: ${words}.`,
    }
  }
  return {
    verdict: 'winner',
    winner: arms[0].version,
    reason: 'The control stays: every other arm is worse or broke a rule.',
  }
}

function runningReason(policy: ExperimentQuestion['policy'], open: readonly ExperimentComparison[]): string {
  const words = open.map(({ version, n, needed }) => `version ${version}: ${n} of ${needed} labels`).join('; ')
  return policy.method === 'fixed' ? `Not looked at before its size: ${words}.` : `Not decided yet: ${words} at most.`
}

function figuresOf(
  { metric }: ExperimentQuestion['policy'],
  { difference, interval, n }: ExperimentComparison,
): string {
  const range = interval ? ` (${signed(interval.lower)} to ${signed(interval.upper)})` : ''
  return `${signed(difference ?? 0)} ${RELEASE_METRIC_INFO[metric].label}${range} on ${n} labels`
}

const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${short(Math.abs(value))}`
