import type { Endpoint, Traffic } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { formatCount, formatNumber, formatPercent } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { useNow } from '../kernel/use-now.ts'
import { releaseLine, STATE_LAMPS, STATE_WORDS, shadowLine } from '../releases/release-text.ts'
import { inServingOrder } from '../releases/version-tones.ts'
import type { Column } from '../table/data-table.tsx'
import { answeredRate } from './deployments.ts'
import classes from './endpoints.module.css'
import { servingHealth } from './serving-health.ts'
import { ServingShare } from './serving-share.tsx'

/** Three versions fit, one under the other. */
export const ENDPOINT_ROW_HEIGHT = 66
const MOST_LINES = 3

export const ENDPOINT_COLUMNS: readonly Column<Endpoint>[] = [
  { id: 'name', title: 'Endpoint', cell: (endpoint) => <Name endpoint={endpoint} /> },
  { id: 'serving', title: 'Shares', cell: (endpoint) => <Shares endpoint={endpoint} /> },
  { id: 'release', title: 'Release', cell: (endpoint) => <ReleaseCell endpoint={endpoint} /> },
  { id: 'rate', title: 'Requests/s', isNumber: true, cell: ({ traffic }) => formatNumber(answeredRate(traffic)) },
  { id: 'errors', title: 'Errors', isNumber: true, cell: ({ errorCount }) => formatCount(errorCount) },
  { id: 'latency', title: 'p50 · p95 · p99', isNumber: true, cell: ({ traffic }) => <Latencies traffic={traffic} /> },
  { id: 'instead', title: 'Instead', isNumber: true, cell: (endpoint) => <Instead endpoint={endpoint} /> },
]

type CellProps = { readonly endpoint: Endpoint }

function Name({ endpoint }: CellProps) {
  const { name } = endpoint.spec
  return (
    <span className={classes.endpointName}>
      <Lamp health={servingHealth(endpoint)} />
      <Link to="/endpoints/$name" params={{ name }} title={name}>
        {name}
      </Link>
    </span>
  )
}

function Shares({ endpoint }: CellProps) {
  const { compose } = endpoint.spec
  if (compose) return <span className={classes.muted}>asks others ({compose.kind})</span>
  return (
    <div className={classes.cellBar}>
      <ServingShare endpoint={endpoint} />
    </div>
  )
}

function ReleaseCell({ endpoint: { release, comparison, spec } }: CellProps) {
  const now = useNow()
  if (release) {
    const line = releaseLine(release, now)
    return (
      <span className={classes.releaseCell} title={release.reason}>
        <Lamp health={STATE_LAMPS[release.state]} label={STATE_WORDS[release.state]} />
        <Link to="/endpoints/$name" params={{ name: spec.name }} hash="release">
          {line}
        </Link>
      </span>
    )
  }
  if (!comparison) return <span className={classes.muted}>none</span>
  const { verdict } = comparison
  return (
    <span className={classes.releaseCell} title={comparison.reason}>
      <Lamp health={verdict === 'waiting' ? 'waiting' : 'attention'} label={verdict} />
      <Link to="/endpoints/$name" params={{ name: spec.name }}>
        {shadowLine(comparison)}
      </Link>
    </span>
  )
}

function Latencies({ traffic }: { readonly traffic: readonly Traffic[] }) {
  const answering = inServingOrder(traffic).filter(({ role, p99Ms }) => role !== 'shadow' && p99Ms !== undefined)
  if (answering.length === 0) return <span className={classes.muted}>idle</span>
  return (
    <span className={classes.latencies}>
      {answering.slice(0, MOST_LINES).map(({ version, p50Ms, p95Ms, p99Ms }) => (
        <span key={version}>
          {answering.length > 1 && <span className={classes.muted}>v{version} </span>}
          {formatNumber(p50Ms)} · {formatNumber(p95Ms)} · <b>{formatNumber(p99Ms)}</b> ms
        </span>
      ))}
    </span>
  )
}

/** What answered in place of a version: the fallback, the cache. */
function Instead({ endpoint: { fallback, deployments } }: CellProps) {
  const caches = deployments.flatMap(({ cache }) => (cache ? [cache] : []))
  const hits = caches.reduce((sum, { hitCount }) => sum + hitCount, 0)
  const all = caches.reduce((sum, { missCount }) => sum + missCount, hits)
  if (!fallback && caches.length === 0) return <span className={classes.muted}>–</span>
  return (
    <span className={classes.latencies}>
      {fallback && <span>{formatCount(fallback.lateCount + fallback.failedCount)} fallback</span>}
      {caches.length > 0 && (
        <span title={`${formatCount(hits)} of ${formatCount(all)} rows`}>
          {all === 0 ? '0' : formatPercent(hits / all)} cache
        </span>
      )}
    </span>
  )
}
