import { Popover } from '@mantine/core'
import type { TimelineEntry } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { formatMinute } from '../kernel/time.ts'
import classes from './overview.module.css'
import type { Axis, Cluster, Lane } from './timeline-layout.ts'

const LANE_WORDS = { deploy: 'deploys', data: 'data', run: 'runs', alert: 'alerts', label: 'labels' } as const
const MOST_LISTED = 12

export function TimelineLane({ lane, axis }: { readonly lane: Lane; readonly axis: Axis }) {
  return (
    <div className={classes.lane}>
      <span>{LANE_WORDS[lane.kind]}</span>
      <div className={classes.track}>
        {lane.clusters.map((cluster) => (
          <ClusterMark key={cluster.fraction} cluster={cluster} kind={lane.kind} axis={axis} />
        ))}
      </div>
    </div>
  )
}

type ClusterMarkProps = { readonly cluster: Cluster; readonly kind: TimelineEntry['kind']; readonly axis: Axis }

function ClusterMark({ cluster: { fraction, entries }, kind, axis }: ClusterMarkProps) {
  const [first] = entries
  const label = entries.length === 1 && first ? first.title : `${entries.length} ${LANE_WORDS[kind]}: ${first?.title} …`
  return (
    <Popover width={320} shadow="md" withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={classes.mark}
          data-kind={kind}
          style={{ left: `${fraction * 100}%` }}
          title={label}
          aria-label={label}
        >
          <i />
          {entries.length > 1 && kind !== 'label' && <b>{entries.length}</b>}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={classes.entries}>
          {entries.slice(0, MOST_LISTED).map((entry) => (
            <li key={`${entry.at}-${entry.title}`}>
              <EntryTitle entry={entry} />
              <p>
                {formatMinute(axis === 'event' ? (entry.eventTime ?? entry.at) : entry.at)} · {entry.detail}
              </p>
            </li>
          ))}
          {entries.length > MOST_LISTED && <li>and {entries.length - MOST_LISTED} more</li>}
        </ul>
      </Popover.Dropdown>
    </Popover>
  )
}

function EntryTitle({ entry: { title, link } }: { readonly entry: TimelineEntry }) {
  return link ? <Link to={linkPath(link.page, link.id)}>{title}</Link> : <b>{title}</b>
}

// A version is written NAME@VERSION wherever people read it; pages have it as a folder or a parameter.
function linkPath(page: string, id: string): string {
  const [name = id, version] = id.split('@')
  if (version === undefined) return `/${page}/${encodeURIComponent(id)}`
  return page === 'data' ? `/data/${name}?version=${version}` : `/${page}/${name}/${version}`
}
