import classes from './overview.module.css'
import type { Cluster, Lane } from './timeline-layout.ts'

export const LANE_WORDS = { deploy: 'deploys', data: 'data', run: 'runs', alert: 'alerts', label: 'labels' } as const

type TimelineLaneProps = {
  readonly lane: Lane
  readonly selected: Cluster | undefined
  readonly onSelect: (cluster: Cluster) => void
}

/** What happened of one kind: a mark for each, or one with a number where they stand too close. */
export function TimelineLane({ lane, selected, onSelect }: TimelineLaneProps) {
  return (
    <div className={classes.lane}>
      <span>{LANE_WORDS[lane.kind]}</span>
      <div className={classes.track}>
        {lane.clusters.map((cluster) => {
          const label = clusterLabel(cluster)
          return (
            <button
              key={cluster.fraction}
              type="button"
              className={classes.mark}
              data-kind={lane.kind}
              style={{ left: `${cluster.fraction * 100}%` }}
              title={label}
              aria-label={label}
              aria-pressed={cluster === selected}
              onClick={() => onSelect(cluster)}
            >
              <i />
              {cluster.entries.length > 1 && lane.kind !== 'label' && <b>{cluster.entries.length}</b>}
            </button>
          )
        })}
      </div>
    </div>
  )
}

function clusterLabel({ entries }: Cluster): string {
  const [first] = entries
  if (!first) return ''
  return entries.length === 1 ? first.title : `${entries.length} ${LANE_WORDS[first.kind]}, first: ${first.title}`
}
