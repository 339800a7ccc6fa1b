import type { EndpointHealth } from '@regia/core'
import { sparkRange } from '../charts/spark-range.ts'
import { formatScore } from '../kernel/format.ts'
import classes from './overview.module.css'

type ScoreLaneProps = { readonly health: EndpointHealth; readonly from: number; readonly until: number }

/** An endpoint's score as a line over the shared axis; a window without a score is a gap. */
export function ScoreLane({ health, from, until }: ScoreLaneProps) {
  const known = health.score.flatMap((point) => (point.value === null ? [] : [point.value]))
  const [low, high] = sparkRange(known, 0.08, false)
  const points = health.score.map((point) =>
    point.value === null
      ? undefined
      : ([
          ((Date.parse(point.at) - from) / (until - from)) * 1000,
          58 - ((point.value - low) / (high - low)) * 52,
        ] as const),
  )
  const path = points
    .map((point, i) => point && `${i > 0 && points[i - 1] ? 'L' : 'M'}${point[0].toFixed(1)} ${point[1].toFixed(1)}`)
    .filter(Boolean)
    .join('')
  const name = health.endpoint.spec.name
  return (
    <div className={classes.lane}>
      <span title={`${formatScore(low)} to ${formatScore(high)}`}>{health.scoreMetric?.toUpperCase() ?? 'score'}</span>
      <div className={classes.scoreTrack}>
        <svg viewBox="0 0 1000 62" preserveAspectRatio="none" role="img" aria-label={`Score of ${name} over time`}>
          <path d={path} fill="none" stroke="var(--champion)" strokeWidth="1.8" vectorEffect="non-scaling-stroke" />
        </svg>
        <span className={classes.scoreName}>
          {name} {formatScore(known.at(-1))}
        </span>
      </div>
    </div>
  )
}
