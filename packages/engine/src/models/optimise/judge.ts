import {
  advantageText,
  changeText,
  type LatencyComparison,
  type OptimisationCondition,
  type OptimisationReport,
} from '@regia/core'

export type Rule = { readonly minGain: number; readonly maxCost: number }
type Measured = Pick<OptimisationReport, 'size' | 'latency' | 'score'>

/**
 * Whether an optimisation pays: size or latency falls by enough, neither rises by more than may be, and the score's loss is surely within
 * what is allowed. A latency counts as changed when its interval does not reach 1.
 */
export function judge(measured: Measured, rule: Rule): OptimisationCondition[] {
  const { size, latency, score } = measured
  const sizeRatio = size.after / size.before
  const isFaster = latency.some((each) => each.ratio.value <= 1 - rule.minGain && upperOf(each) < 1)
  const slower = latency.filter((each) => each.ratio.value > 1 + rule.maxCost && lowerOf(each) > 1)
  const lowest = score.advantage.interval?.lower ?? score.advantage.value
  const speeds = latency.map(latencyText).join(', ')
  return [
    {
      name: 'gain',
      passed: sizeRatio <= 1 - rule.minGain || isFaster,
      message: `size ${changeText(sizeRatio)}, latency ${speeds}; one of them must fall by ${percent(rule.minGain)}`,
    },
    {
      name: 'size',
      passed: sizeRatio <= 1 + rule.maxCost,
      message: `size ${changeText(sizeRatio)}; it may rise by ${percent(rule.maxCost)}`,
    },
    {
      name: 'latency',
      passed: slower.length === 0,
      message: `latency ${(slower.length > 0 ? slower : latency).map(latencyText).join(', ')}; it may rise by ${percent(rule.maxCost)}`,
    },
    {
      name: 'score',
      passed: lowest >= -score.allowedLoss,
      message: `${score.metric} is ${advantageText(score.advantage.value)}, at worst ${advantageText(lowest)}; it may lose ${rounded(score.allowedLoss)}`,
    },
  ]
}

const upperOf = ({ ratio }: LatencyComparison): number => ratio.interval?.upper ?? ratio.value
const lowerOf = ({ ratio }: LatencyComparison): number => ratio.interval?.lower ?? ratio.value

const latencyText = (each: LatencyComparison): string =>
  `${changeText(each.ratio.value)} [${changeText(lowerOf(each))}, ${changeText(upperOf(each))}] at ${each.batch === 1 ? '1 row' : `${each.batch} rows`}`

const percent = (fraction: number): string => `${rounded(fraction * 100)} %`
const rounded = (value: number): number => Number(value.toPrecision(3))
