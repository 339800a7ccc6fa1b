import type { Traffic } from '@regia/core'
import type { TrafficPoint } from '@regia/sdk'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { TimeChart } from '../charts/time-chart.tsx'
import { type TimeModel, type TimeSeries, timeTable } from '../charts/time-model.ts'
import { Choice } from '../kernel/choice.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatDuration, formatNumber } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { inServingOrder, toneOf } from '../releases/version-tones.ts'
import { trafficQuery } from './queries.ts'

// The gateway keeps the last hour.
const SPANS = [
  ['5', '5 min'],
  ['15', '15 min'],
  ['60', '1 h'],
] as const
const LONGEST_MINUTES = 60

type TrafficPanelProps = {
  readonly endpoint: string
  readonly minutes: number
  readonly onMinutes: (minutes: number) => void
}

/** Rate, latency and errors by version, on the wall clock. */
export function TrafficPanel({ endpoint, minutes, onMinutes }: TrafficPanelProps) {
  const query = useQuery(trafficQuery(endpoint, Math.min(LONGEST_MINUTES, Math.max(1, minutes))))
  const model = useMemo(() => trafficModel(query.data?.points ?? []), [query.data])
  const span = SPANS.find(([each]) => each === String(minutes))?.[0] ?? '60'
  return (
    <Section
      title="Traffic"
      note="wall clock, UTC; measured in the gateway from request to reply"
      actions={<Choice label="Span" value={span} options={SPANS} onChange={(next) => onMinutes(Number(next))} />}
    >
      <Loaded query={query} height={330}>
        {({ points }) =>
          points.some((point) => point.versions.length > 0) ? (
            <ChartFrame name={`Traffic of ${endpoint}`} title="Requests, latency, errors" data={() => timeTable(model)}>
              <TimeChart label={`Requests, latency and errors of ${endpoint}`} model={model} />
            </ChartFrame>
          ) : (
            <Card>
              <Empty command={`regia predict ${endpoint} --file ROWS.jsonl`}>No request in this span.</Empty>
            </Card>
          )
        }
      </Loaded>
    </Section>
  )
}

// The rates are called by their version alone, and name the lines of the panels under them too.
const RATE = ''

function trafficModel(points: readonly TrafficPoint[]): TimeModel {
  const lines = new Map<number, Pick<Traffic, 'version' | 'role'>>()
  // What a version does now is how it is drawn; it may have had another role when the span began.
  for (const point of points) for (const each of point.versions) lines.set(each.version, each)
  const answering = inServingOrder([...lines.values()].filter((line) => line.role !== 'shadow'))
  const series = (name: string, read: (traffic: Traffic) => number | undefined, isDashed = false): TimeSeries[] =>
    answering.map((line, i) => ({
      name: `v${line.version}${name}`,
      tone: toneOf(line, answering),
      isDashed,
      isUnlabelled: name !== RATE && i > 0,
      points: points.map((point) => {
        const traffic = point.versions.find((each) => each.version === line.version)
        return [Date.parse(point.at), (traffic && read(traffic)) ?? null]
      }),
    }))
  // Before the first request there is nothing to see: a server that has just started fills the width all the same.
  const first = points.find((point) => point.versions.length > 0)
  return {
    from: first && Date.parse(first.at) - 30_000,
    panels: [
      {
        title: 'requests/s',
        heightPx: 84,
        scale: 'zero',
        format: formatNumber,
        series: series(RATE, (each) => each.requestsPerSecond),
      },
      {
        title: 'latency p99',
        heightPx: 84,
        scale: 'zero',
        format: formatDuration,
        series: series(' p99', (each) => each.p99Ms),
      },
      {
        title: 'latency p95, and p50 dashed',
        heightPx: 84,
        scale: 'zero',
        format: formatDuration,
        series: [...series(' p95', (each) => each.p95Ms), ...series(' p50', (each) => each.p50Ms, true)],
      },
      {
        title: 'errors',
        heightPx: 40,
        scale: 'zero',
        format: formatNumber,
        series: series(' errors', (each) => each.errorCount),
      },
    ],
  }
}
