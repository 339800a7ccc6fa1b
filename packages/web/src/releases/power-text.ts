import { type PlannedOutcome, planSampleSize, RegiaError } from '@regia/core'
import { formatCount, formatNumber } from '../kernel/format.ts'

export type PowerQuestion = {
  readonly outcome: PlannedOutcome
  readonly effect: number
  readonly power: number
  readonly method: 'sequential' | 'fixed'
  readonly armCount: number
  /** Of each arm beside the control, of the whole traffic. */
  readonly armShare: number
  readonly labelsPerDay: number | undefined
}

/** How large an experiment must be, in sentences; or why that cannot be said. */
export function powerSentences(question: PowerQuestion): readonly string[] {
  const { outcome, effect, power, method, armCount, armShare, labelsPerDay } = question
  const controlShare = 1 - armShare * armCount
  if (armCount < 1 || !(controlShare > 0) || !(armShare > 0)) return ['The arms leave nothing to the control.']
  try {
    const plan = planSampleSize(outcome, effect, {
      power,
      method,
      ratio: armShare / controlShare,
      comparisons: armCount,
    })
    const most = method === 'sequential' ? 'at most ' : ''
    const days = labelsPerDay && labelsPerDay > 0 ? plan.totalCount / labelsPerDay : undefined
    return [
      `To find ${changeText(outcome, effect)} with a chance of ${formatNumber(power * 100)}\u00a0% it takes ${most}${formatCount(plan.controlCount)} labels of the champion and ${formatCount(plan.treatmentCount)} of each arm, ${formatCount(plan.totalCount)} in all.`,
      ...(days === undefined ? [] : [`At ${formatCount(labelsPerDay)} labels a day that is ${most}${daysText(days)}.`]),
      ...(method === 'sequential'
        ? ['It may be looked at all the time, and ends sooner where the difference is larger.']
        : []),
    ]
  } catch (error) {
    return [error instanceof RegiaError ? error.message : 'This cannot be computed: look at the numbers.']
  }
}

function changeText(outcome: PlannedOutcome, effect: number): string {
  return outcome.kind === 'share'
    ? `${formatNumber(outcome.baseline * 100)}\u00a0% becoming ${formatNumber((outcome.baseline + effect) * 100)}\u00a0%`
    : `a difference of ${formatNumber(effect)} at a standard deviation of ${formatNumber(outcome.standardDeviation)}`
}

const daysText = (days: number): string =>
  days < 1 ? `${formatNumber(days * 24)}\u00a0hours` : `${formatNumber(Math.ceil(days * 10) / 10)}\u00a0days`
