import type { OptimisationReport } from './optimisation.ts'

/**
 * What an optimisation brought, in one line: "from version 3 by int8: size −71 %, latency −40 % at 1 row, auc 0.0004 worse".
 *
 * Intervals follow in brackets. A latency is named once where both request sizes changed alike.
 */
export function optimisationText({ by, fromVersion, size, latency, score }: OptimisationReport): string {
  const from = fromVersion === undefined ? '' : `from version ${fromVersion} `
  const speeds = latency.map(
    ({ batch, ratio }) => `latency ${changeText(ratio.value)} at ${batch === 1 ? '1 row' : `${batch} rows`}`,
  )
  return `${from}by ${by}: ${[`size ${changeText(size.after / size.before)}`, ...speeds, scoreChangeText(score)].join(', ')}`
}

/** A ratio as a change in per cent: 0.6 is "−40 %". */
export function changeText(ratio: number): string {
  const percent = Math.round((ratio - 1) * 100)
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent)} %`
}

/** How a score changed, with its interval: "auc 0.0004 worse [0.0009 worse, 0.0001 better]". */
export function scoreChangeText({ metric, advantage: { value, interval } }: OptimisationReport['score']): string {
  const range = interval ? ` [${advantageText(interval.lower)}, ${advantageText(interval.upper)}]` : ''
  return `${metric} ${advantageText(value)}${range}`
}

/** "0.0004 worse", "0.01 better", "unchanged". */
export function advantageText(advantage: number): string {
  if (advantage === 0) return 'unchanged'
  const size = Math.abs(advantage)
  const short = size >= 1e-4 ? String(Number(size.toPrecision(2))) : size.toExponential(0)
  return `${short} ${advantage < 0 ? 'worse' : 'better'}`
}
