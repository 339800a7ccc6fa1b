import { RegiaError } from '../kernel/index.ts'
import { mixtureCritical } from './mixture.ts'
import { normalCdf, normalQuantile } from './normal.ts'

/** An experiment to be planned: a control and `comparisons` treatments, each compared with the control. */
export type PlanOptions = {
  /** False alarm rate of the whole experiment, two-sided. */
  readonly alpha?: number
  readonly power?: number
  /** Units of a treatment for one of the control; 1 for equal shares. */
  readonly ratio?: number
  /** Treatments compared with the control; the level is divided among them (Bonferroni). */
  readonly comparisons?: number
  /** `sequential` may be looked at all the time and needs more when there is little to see; it then stops early when there is much. */
  readonly method?: 'fixed' | 'sequential'
}

/** What is compared. A share's variance follows from its value, a mean's must be known. */
export type PlannedOutcome =
  | { readonly kind: 'share'; readonly baseline: number }
  | { readonly kind: 'mean'; readonly standardDeviation: number }

export type Plan = { readonly controlCount: number; readonly treatmentCount: number; readonly totalCount: number }

/** What {@link plannedPower} reaches at most before a search for n or effect gives up. */
const LARGEST_N = 1e12

/**
 * The power of an experiment: the chance of finding an effect that is there.
 *
 * Two-sided z test; the variance of shares is pooled under "no effect" and separate under the effect. For the sequential method it is the
 * chance of a crossing at the end: crossings before it, of those that would have come back, add a little to the true power.
 *
 * @param effect - Treatment − control, ≠ 0.
 * @param controlCount - Units of the control.
 * @see Fleiss, Levin and Paik (2003), *Statistical methods for rates and proportions*, §4; R's `power.prop.test`.
 * @example plannedPower({ kind: 'share', baseline: 0.1 }, 0.01, 14_751) // 0.8
 */
export function plannedPower(
  outcome: PlannedOutcome,
  effect: number,
  controlCount: number,
  { alpha = 0.05, ratio = 1, comparisons = 1, method = 'fixed' }: PlanOptions = {},
): number {
  const { underNone, underEffect } = deviations(outcome, effect, ratio)
  const none = underNone / Math.sqrt(controlCount)
  const some = underEffect / Math.sqrt(controlCount)
  const level = alpha / comparisons
  if (method === 'fixed') {
    const bound = -normalQuantile(level / 2) * none
    return normalCdf((Math.abs(effect) - bound) / some) + normalCdf((-Math.abs(effect) - bound) / some)
  }
  const bound = mixtureCritical(level, (effect * effect) / (some * some)) * some
  return normalCdf((Math.abs(effect) - bound) / some)
}

/**
 * How many units each arm needs to find an effect of this size with this power.
 *
 * @param effect - Treatment − control; the smallest that is worth finding.
 * @throws RegiaError `INVALID_INPUT` when baseline, effect, power or alpha are out of range.
 * @example planSampleSize({ kind: 'share', baseline: 0.1 }, 0.01).controlCount // 14751
 */
export function planSampleSize(outcome: PlannedOutcome, effect: number, options: PlanOptions = {}): Plan {
  assertPlan(outcome, effect, options)
  const { power = 0.8, ratio = 1, comparisons = 1 } = options
  const reaches = (n: number) => plannedPower(outcome, effect, n, options) >= power
  const controlCount = smallest(reaches, 2)
  const treatmentCount = Math.ceil(controlCount * ratio - 1e-9)
  return { controlCount, treatmentCount, totalCount: controlCount + comparisons * treatmentCount }
}

/**
 * The smallest effect that an experiment of this size finds with this power.
 *
 * @param sign - Whether a rise or a fall is looked for: for shares their variance differs.
 * @returns The effect, or undefined when no share in [0, 1] is far enough from the baseline.
 * @example detectableEffect({ kind: 'share', baseline: 0.1 }, 14_751) // 0.01
 */
export function detectableEffect(
  outcome: PlannedOutcome,
  controlCount: number,
  options: PlanOptions & { readonly sign?: 1 | -1 } = {},
): number | undefined {
  const { power = 0.8, sign = 1 } = options
  const limit =
    outcome.kind === 'mean' ? outcome.standardDeviation * 1e6 : sign > 0 ? 1 - outcome.baseline : outcome.baseline
  const reaches = (effect: number) => plannedPower(outcome, sign * effect, controlCount, options) >= power
  if (!reaches(limit)) return undefined
  let low = 0
  let high = limit
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (reaches(middle)) high = middle
    else low = middle
  }
  return sign * high
}

/** Standard deviations of the difference for one unit in the control, without and with the effect. */
function deviations(outcome: PlannedOutcome, effect: number, ratio: number) {
  if (outcome.kind === 'mean') {
    const deviation = outcome.standardDeviation * Math.sqrt(1 + 1 / ratio)
    return { underNone: deviation, underEffect: deviation }
  }
  const [p, q] = [outcome.baseline, outcome.baseline + effect]
  const pooled = (p + ratio * q) / (1 + ratio)
  return {
    underNone: Math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio)),
    underEffect: Math.sqrt(p * (1 - p) + (q * (1 - q)) / ratio),
  }
}

function smallest(reaches: (n: number) => boolean, least: number): number {
  let high = least
  while (!reaches(high) && high < LARGEST_N) high *= 2
  let low = Math.max(least - 1, Math.floor(high / 2))
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (reaches(middle)) high = middle
    else low = middle
  }
  return high
}

function assertPlan(
  outcome: PlannedOutcome,
  effect: number,
  { alpha = 0.05, power = 0.8, ratio = 1 }: PlanOptions,
): void {
  if (outcome.kind !== 'mean' && !isInside(outcome.baseline)) {
    throw new RegiaError('INVALID_INPUT', `The baseline ${outcome.baseline} is no share between 0 and 1.`, {
      where: 'baseline',
      hint: 'Give it as a fraction: 0.1 for 10 %.',
    })
  }
  const problem = problemOf(outcome, effect) ?? (isInside(alpha) && isInside(power) && ratio > 0 ? undefined : 'level')
  if (problem === undefined) return
  if (problem === 'level') {
    throw new RegiaError('INVALID_INPUT', `No experiment has alpha ${alpha}, power ${power} and ratio ${ratio}.`, {
      hint: 'Alpha and power lie between 0 and 1, usually 0.05 and 0.8; the ratio is above 0.',
    })
  }
  throw new RegiaError('INVALID_INPUT', problem, {
    where: 'effect',
    hint: 'Give the effect as an absolute difference: 0.01 for one percentage point.',
  })
}

function problemOf(outcome: PlannedOutcome, effect: number): string | undefined {
  if (effect === 0 || !Number.isFinite(effect)) return `An effect of ${effect} cannot be found.`
  if (outcome.kind === 'mean') {
    return outcome.standardDeviation > 0 ? undefined : `The standard deviation is ${outcome.standardDeviation}.`
  }
  const reached = outcome.baseline + effect
  return reached >= 0 && reached <= 1 ? undefined : `An effect of ${effect} takes ${outcome.baseline} out of 0 to 1.`
}

const isInside = (value: number): boolean => value > 0 && value < 1
