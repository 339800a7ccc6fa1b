import { comparedFigures, type ShadowComparison } from '@regia/core'
import { formatDifference, formatInterval } from '../kernel/format.ts'
import classes from './endpoints.module.css'

/** The difference of the metric with its interval, zero, and the line that its lower bound must pass. */
export function DifferencePlot({ comparison }: { readonly comparison: ShadowComparison }) {
  const { difference, interval, rule } = comparison
  const { label: metric } = comparedFigures(comparison)
  const reach =
    Math.max(
      0.01,
      ...[difference, interval?.lower, interval?.upper, rule.minimumDifference].map((value) => Math.abs(value ?? 0)),
    ) * 1.15
  const x = (value: number) => 10 + ((value + reach) / (2 * reach)) * 580
  const label =
    difference === undefined
      ? 'no difference measured yet'
      : `${formatDifference(difference)}, interval ${formatInterval(interval)}`
  return (
    <svg viewBox="0 0 600 92" className={classes.difference} role="img" aria-label={`${metric} difference: ${label}`}>
      <line x1="10" x2="590" y1="62" y2="62" className={classes.axisLine} />
      <line x1={x(0)} x2={x(0)} y1="26" y2="68" className={classes.axisLine} />
      <text x={x(0) + 5} y="84" textAnchor="start">
        0, no difference
      </text>
      <line
        x1={x(rule.minimumDifference)}
        x2={x(rule.minimumDifference)}
        y1="18"
        y2="68"
        className={classes.ruleLine}
      />
      <text x={x(rule.minimumDifference) - 5} y="14" textAnchor="end">
        the lower bound must be above {formatDifference(rule.minimumDifference)}
      </text>
      {interval && (
        <line x1={x(interval.lower)} x2={x(interval.upper)} y1="44" y2="44" className={classes.intervalLine} />
      )}
      {difference !== undefined && <circle cx={x(difference)} cy="44" r="6" className={classes.differenceDot} />}
    </svg>
  )
}
