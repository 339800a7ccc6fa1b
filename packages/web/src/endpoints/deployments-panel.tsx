import { type Deployment, type Endpoint, isComposed } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, formatDuration, formatNumber, formatPercent } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { VersionMark } from '../releases/version-mark.tsx'
import { inServingOrder } from '../releases/version-tones.ts'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './endpoints.module.css'

/** Every version that is loaded: what it does, how much of the traffic, how fast, and where it computes. */
export function DeploymentsPanel({ endpoint }: { readonly endpoint: Endpoint }) {
  const { deployments, traffic, fallback, spec } = endpoint
  const rows = inServingOrder(deployments)
  const trafficOf = ({ version }: Deployment) => traffic.find((each) => each.version === version)
  const hasCache = rows.some(({ cache }) => cache)
  return (
    <Section title="Versions" note="traffic and latency of the last minute">
      <Card>
        {rows.length === 0 ? (
          <Empty command={`regia models promote MODEL@VERSION --alias ${spec.stable?.split('@')[1] ?? 'champion'}`}>
            Nothing serves: no version bears the name that the endpoint follows.
          </Empty>
        ) : (
          <PlainTable
            label="Versions"
            isTight
            rows={rows}
            keyOf={({ model, version, role }) => `${model}-${version}-${role}`}
            columns={[
              { id: 'version', title: 'Version', cell: (row) => <Name row={row} all={rows} /> },
              {
                id: 'share',
                title: 'Share',
                isNumber: true,
                cell: (row) => shareText(row),
              },
              {
                id: 'rate',
                title: 'Requests/s',
                isNumber: true,
                cell: (row) => formatNumber(trafficOf(row)?.requestsPerSecond ?? 0),
              },
              {
                id: 'errors',
                title: 'Errors',
                isNumber: true,
                cell: (row) => formatCount(trafficOf(row)?.errorCount ?? 0),
              },
              { id: 'p50', title: 'p50', isNumber: true, cell: (row) => formatDuration(trafficOf(row)?.p50Ms) },
              { id: 'p95', title: 'p95', isNumber: true, cell: (row) => formatDuration(trafficOf(row)?.p95Ms) },
              { id: 'p99', title: 'p99', isNumber: true, cell: (row) => formatDuration(trafficOf(row)?.p99Ms) },
              { id: 'lane', title: 'Lane', cell: (row) => <Lane row={row} /> },
              {
                id: 'batching',
                title: 'Batching',
                cell: ({ batching }) => <span className={classes.muted}>{batching ?? '–'}</span>,
              },
              {
                id: 'queue',
                title: 'Queue',
                isNumber: true,
                cell: ({ queuedRowCount }) => formatCount(queuedRowCount),
              },
              ...(hasCache
                ? [
                    {
                      id: 'cache',
                      title: 'From cache',
                      isNumber: true,
                      cell: ({ cache }: Deployment) => <Hits cache={cache} />,
                    },
                  ]
                : []),
              { id: 'state', title: 'State', cell: (row) => <State row={row} hasModel={!isComposed(spec)} /> },
            ]}
          />
        )}
      </Card>
      {fallback && (
        <p className={classes.underCard}>
          The fallback answered {formatCount(fallback.lateCount)} late and {formatCount(fallback.failedCount)} failed
          requests since the server began.
        </p>
      )}
    </Section>
  )
}

function shareText({ role, share, state }: Deployment): string {
  if (role === 'shadow') return 'unseen'
  return role === 'fallback' || role === 'previous' || state === 'failed' ? '–' : formatPercent(share ?? 1)
}

type RowProps = { readonly row: Deployment }

function Name({ row, all }: RowProps & { readonly all: readonly Deployment[] }) {
  return (
    <Link
      to="/models/$name/$version"
      params={{ name: row.model, version: String(row.version) }}
      title={`${row.model} v${row.version}`}
    >
      <VersionMark one={row} all={all} />
    </Link>
  )
}

function Lane({ row: { lane, warmUp } }: RowProps) {
  const title =
    warmUp &&
    `one row ${formatDuration(warmUp.one.p50Ms)}, ${warmUp.many.rowCount} rows ${formatDuration(warmUp.many.p50Ms)} when it was loaded`
  return <span title={title}>{lane ?? '–'}</span>
}

function Hits({ cache }: Pick<Deployment, 'cache'>) {
  if (!cache) return <>–</>
  const { hitCount, missCount, entryCount } = cache
  return (
    <span title={`${formatCount(hitCount)} hits, ${formatCount(missCount)} misses, ${formatCount(entryCount)} entries`}>
      {hitCount + missCount === 0 ? '–' : formatPercent(hitCount / (hitCount + missCount))}
    </span>
  )
}

function State({ row: { state, error, isLoaded, since }, hasModel }: RowProps & { readonly hasModel: boolean }) {
  return (
    <span className={classes.oneLine} title={error}>
      <Lamp health={healthOfStatus(state)} label={state} />{' '}
      {isLoaded === false && hasModel && state !== 'failed' ? 'not in memory' : state}{' '}
      <span className={classes.muted}>
        <Ago at={since} />
      </span>
    </span>
  )
}
