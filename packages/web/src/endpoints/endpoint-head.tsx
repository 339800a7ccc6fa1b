import type { Endpoint, ModelVersion, Monitor, Traffic } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Count } from '../kernel/count.tsx'
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPercent,
  formatScore,
} from '../kernel/format.ts'
import { Columns, Stat } from '../kernel/section.tsx'
import { formatMinute, formatSpan } from '../kernel/time.ts'
import { mainMetric, scoreOf } from '../models/scores.ts'
import { windowsQuery } from '../monitors/queries.ts'
import { inServingOrder } from '../releases/version-tones.ts'
import { answeredRate, roleWord } from './deployments.ts'
import classes from './endpoints.module.css'

type HeadProps = {
  readonly endpoint: Endpoint
  readonly monitor: Monitor | undefined
  readonly model: ModelVersion | undefined
}

/** The figures of an endpoint that are read first. */
export function EndpointHead({ endpoint, monitor, model }: HeadProps) {
  return (
    <Columns min={200}>
      <Stat label="Traffic" value={formatNumber(answeredRate(endpoint.traffic))} unit="requests/s">
        <Rates endpoint={endpoint} />
      </Stat>
      <LatencyStat endpoint={endpoint} />
      <ScoreStat monitor={monitor} model={model} />
      <LogStat endpoint={endpoint} />
    </Columns>
  )
}

/** What each version gets, and the shadow unseen. */
function Rates({ endpoint }: Pick<HeadProps, 'endpoint'>) {
  const { traffic, fallback } = endpoint
  return (
    <>
      {inServingOrder(traffic).map((each) => (
        <div key={each.version}>
          v{each.version} {roleWord(each.role)}: {formatNumber(each.requestsPerSecond)}/s
        </div>
      ))}
      {fallback && (
        <span className={classes.muted}>
          {formatCount(fallback.lateCount + fallback.failedCount)} answered by the fallback
        </span>
      )}
    </>
  )
}

/** The number large, its unit small. */
function p99Of(main: Traffic | undefined) {
  if (main?.p99Ms === undefined) return { value: '–', unit: 'idle' }
  const [value, ...unit] = formatDuration(main.p99Ms).split('\u00a0')
  return { value, unit: `${unit.join(' ')} p99` }
}

function LatencyStat({ endpoint }: { readonly endpoint: Endpoint }) {
  const answering = inServingOrder(endpoint.traffic).filter((each) => each.role !== 'shadow')
  const [main] = answering
  return (
    <Stat label="Latency" {...p99Of(main)}>
      {answering.map((each) => (
        <div key={`${each.version}-${each.role}`}>
          v{each.version}: p50 {formatDuration(each.p50Ms)}, p95 {formatDuration(each.p95Ms)}
        </div>
      ))}
      <span className={classes.muted}>{formatCount(endpoint.errorCount)} errors in all</span>
    </Stat>
  )
}

function ScoreStat({ monitor, model }: Pick<HeadProps, 'monitor' | 'model'>) {
  const { data } = useQuery({ ...windowsQuery(monitor?.spec.name ?? '', undefined), enabled: monitor !== undefined })
  const last = data?.items.findLast((window) => window.performance?.estimate)
  const performance = last?.performance ?? monitor?.lastWindow?.performance
  const metric = performance?.metric ?? mainMetric(model?.report)
  const held = model && scoreOf(model, metric)
  return (
    <Stat
      label={`${metric?.toUpperCase() ?? 'Score'} on labels${last ? `, ${formatSpan(last.from, last.until)}` : ''}`}
      value={performance?.estimate ? formatScore(performance.estimate.value) : '–'}
      unit={formatInterval(performance?.estimate?.interval)}
    >
      {held && <div>held out in training {formatScore(held.value)}</div>}
      <span className={classes.muted}>
        {performance
          ? `${formatPercent(performance.labelCoverage)} of labels in · minimum ${formatNumber(performance.minimum)}`
          : 'no monitor measures the score'}
      </span>
    </Stat>
  )
}

function LogStat({ endpoint }: { readonly endpoint: Endpoint }) {
  const { predictionCount, labelCount, watermark } = endpoint
  return (
    <Stat
      label="Prediction log"
      value={<Count value={predictionCount} />}
      unit={predictionCount === 1 ? 'prediction' : 'predictions'}
    >
      <div>
        <Count value={labelCount} /> {labelCount === 1 ? 'label' : 'labels'}
        {predictionCount > 0 && ` (${formatPercent(Math.min(1, labelCount / predictionCount))})`}
      </div>
      {watermark && (
        <span className={classes.muted}>
          events until {formatMinute(watermark)}, {watermark.slice(0, 4)}, UTC
        </span>
      )}
    </Stat>
  )
}
