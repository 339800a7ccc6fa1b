import type { EndpointHealth } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Sparkline } from '../charts/sparkline.tsx'
import { answeredRate, stableTraffic } from '../endpoints/deployments.ts'
import { ServingShare } from '../endpoints/serving-share.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, formatDuration, formatNumber, formatPercent, formatScore } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Card } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './overview.module.css'

/** Every endpoint on one line: is it well, who answers, how fast, how right. */
export function EndpointTable({ endpoints }: { readonly endpoints: readonly EndpointHealth[] }) {
  if (endpoints.length === 0) {
    return (
      <Card>
        <Empty command="regia endpoints create NAME --stable MODEL@champion">
          No model is in production. An endpoint serves the version that an alias points to, logs every prediction, and
          takes labels; it will stand here with its traffic, its score and its drift.
        </Empty>
      </Card>
    )
  }
  return (
    <Card>
      <PlainTable label="Endpoints" rows={endpoints} keyOf={(row) => row.endpoint.spec.name} columns={COLUMNS} />
    </Card>
  )
}

const lastKnown = (points: EndpointHealth['score']) => points.findLast((point) => point.value !== null)?.value

const COLUMNS = [
  { id: 'name', title: 'Endpoint', cell: (row: EndpointHealth) => <Name row={row} /> },
  {
    id: 'serving',
    title: 'Serving',
    cell: (row: EndpointHealth) => (
      <div className={classes.serving}>
        <ServingShare endpoint={row.endpoint} />
      </div>
    ),
  },
  {
    id: 'rate',
    title: 'Requests/s',
    isNumber: true,
    cell: ({ endpoint }: EndpointHealth) => formatNumber(answeredRate(endpoint.traffic)),
  },
  {
    id: 'traffic',
    title: 'Traffic',
    cell: (row: EndpointHealth) => (
      <Sparkline values={row.requestsPerSecond} label="requests per second" minimumSpan={1} isRate />
    ),
  },
  {
    id: 'p99',
    title: 'p99',
    isNumber: true,
    cell: ({ endpoint }: EndpointHealth) => formatDuration(stableTraffic(endpoint)?.p99Ms),
  },
  {
    id: 'errors',
    title: 'Errors',
    isNumber: true,
    cell: ({ endpoint }: EndpointHealth) => formatCount(endpoint.errorCount),
  },
  { id: 'score', title: 'On labels', isNumber: true, cell: (row: EndpointHealth) => <Score row={row} /> },
  {
    id: 'scores',
    title: 'Score',
    cell: (row: EndpointHealth) => (
      <Sparkline
        values={row.score.map((point) => point.value)}
        label={`${row.scoreMetric ?? 'score'} per window`}
        minimumSpan={0.06}
      />
    ),
  },
  {
    id: 'drift',
    title: 'Drift',
    cell: (row: EndpointHealth) => (
      <Sparkline
        values={row.drift.map((point) => point.value)}
        label="largest shift of a column per window"
        minimumSpan={0.15}
        tone={row.health === 'attention' ? 'attention' : 'ink'}
      />
    ),
  },
  {
    id: 'labels',
    title: 'Labels in',
    isNumber: true,
    cell: (row: EndpointHealth) =>
      row.labelCoverage === undefined ? (
        <span className={classes.muted}>none yet</span>
      ) : (
        formatPercent(row.labelCoverage)
      ),
  },
]

function Name({ row: { endpoint, health } }: { readonly row: EndpointHealth }) {
  return (
    <span className={classes.name}>
      <Lamp health={health} />
      <Link to="/endpoints/$name" params={{ name: endpoint.spec.name }} title={endpoint.spec.name}>
        {endpoint.spec.name}
      </Link>
    </span>
  )
}

function Score({ row }: { readonly row: EndpointHealth }) {
  const value = lastKnown(row.score)
  if (value === undefined) return <>–</>
  return (
    <span title={`${row.scoreMetric ?? 'score'} of the last window with enough labels`}>
      <b>{formatScore(value)}</b> <span className={classes.muted}>{row.scoreMetric?.toUpperCase()}</span>
    </span>
  )
}
