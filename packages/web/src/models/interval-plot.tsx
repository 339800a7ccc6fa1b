import { formatCount, formatScore } from '../kernel/format.ts'
import classes from './models.module.css'
import type { ScoreLine } from './scores.ts'

/** Scores as points with their intervals on one axis, baselines in grey. */
export function IntervalPlot({ lines, label }: { readonly lines: readonly ScoreLine[]; readonly label: string }) {
  const bounds = lines.flatMap(({ estimate }) => [
    estimate.value,
    estimate.interval?.lower ?? estimate.value,
    estimate.interval?.upper ?? estimate.value,
  ])
  const low = Math.min(...bounds)
  const span = Math.max(0.05, Math.max(...bounds) - low) * 1.1
  const x = (value: number) => `${4 + ((value - low) / span) * 92}%`
  return (
    <ul className={classes.intervals} aria-label={label}>
      {lines.map(({ name, estimate, isBaseline }) => (
        <li key={name} data-baseline={isBaseline} title={`${formatCount(estimate.n)} rows`}>
          <span>{name}</span>
          <div>
            {estimate.interval && (
              <i
                style={{
                  left: x(estimate.interval.lower),
                  width: `calc(${x(estimate.interval.upper)} - ${x(estimate.interval.lower)})`,
                }}
              />
            )}
            <b style={{ left: x(estimate.value) }} />
          </div>
          <span>
            {formatScore(estimate.value)}
            {estimate.interval && (
              <small>
                {' '}
                {formatScore(estimate.interval.lower)} to {formatScore(estimate.interval.upper)}
              </small>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}
