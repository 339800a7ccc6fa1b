import type { TimelineEntry } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { formatMinute } from '../kernel/time.ts'
import classes from './overview.module.css'
import type { Axis, Cluster } from './timeline-layout.ts'

const MOST_LISTED = 6

/** What the selected mark stands for; its place is kept, so that nothing moves when one is selected. */
export function TimelineDetail({ cluster, axis }: { readonly cluster: Cluster | undefined; readonly axis: Axis }) {
  return (
    <div className={classes.detail} aria-live="polite">
      {cluster ? (
        <ul>
          {cluster.entries.slice(-MOST_LISTED).map((entry) => (
            <li key={`${entry.at}-${entry.title}`}>
              <EntryTitle entry={entry} />{' '}
              <span>
                {formatMinute(axis === 'event' ? (entry.eventTime ?? entry.at) : entry.at)} · {entry.detail}
              </span>
            </li>
          ))}
          {cluster.entries.length > MOST_LISTED && <li>and {cluster.entries.length - MOST_LISTED} before</li>}
        </ul>
      ) : (
        'Select a mark to read what happened.'
      )}
    </div>
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
