import type { TrackedRun } from '@regia/core'
import { Link } from '@tanstack/react-router'
import classes from './experiments.module.css'
import { runStroke } from './run-colors.ts'

/** Which line is which run. */
export function RunLegend({ runs }: { readonly runs: readonly Pick<TrackedRun, 'id' | 'name' | 'experimentId'>[] }) {
  return (
    <ul className={classes.legend} aria-label="Runs that are drawn">
      {runs.map((run, i) => (
        <li key={run.id}>
          <Stroke place={i} />
          <Link
            to="/experiments/$id/runs/$runId"
            params={{ id: run.experimentId, runId: run.id }}
            title={run.name}
            preload={false}
          >
            {run.name}
          </Link>
        </li>
      ))}
    </ul>
  )
}

export function Stroke({ place }: { readonly place: number }) {
  const { variable, dash } = runStroke(place)
  return (
    <svg width="18" height="4" aria-hidden="true">
      <line
        x1="0"
        y1="2"
        x2="18"
        y2="2"
        stroke={`var(${variable})`}
        strokeWidth="3"
        {...(dash !== 'solid' && { strokeDasharray: dash.join(' ') })}
      />
    </svg>
  )
}
