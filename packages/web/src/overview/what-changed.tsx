import type { EndpointHealth, TimelineEntry } from '@regia/core'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { Choice } from '../kernel/choice.tsx'
import { Empty } from '../kernel/empty.tsx'
import { Section } from '../kernel/section.tsx'
import { formatDay, formatExact, formatMinute } from '../kernel/time.ts'
import classes from './overview.module.css'
import { ScoreLane } from './score-lane.tsx'
import { TimelineDetail } from './timeline-detail.tsx'
import { TimelineLane } from './timeline-lane.tsx'
import { type Axis, type Cluster, layOut } from './timeline-layout.ts'

const route = getRouteApi('/')
const AXES = [
  ['event', 'event time'],
  ['wall', 'wall clock'],
] as const

type WhatChangedProps = {
  readonly entries: readonly TimelineEntry[]
  readonly endpoints: readonly EndpointHealth[]
}

/** Deploys, data, runs, alerts and labels on one shared axis, with the scores above them. */
export function WhatChanged({ entries, endpoints }: WhatChangedProps) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [selected, setSelected] = useState<Cluster>()
  const axis: Axis = search.axis ?? (entries.some((entry) => entry.eventTime) ? 'event' : 'wall')
  const scored = axis === 'event' ? endpoints.filter((each) => each.score.some((point) => point.value !== null)) : []
  const timeline = layOut(
    entries,
    axis,
    scored.flatMap((each) => each.score.map((point) => Date.parse(point.at))),
  )
  const setAxis = (next: Axis) => void navigate({ search: { axis: next }, replace: true })
  return (
    <Section
      title="What changed"
      note="one axis for everything"
      actions={<Choice label="Time" value={axis} options={AXES} onChange={setAxis} />}
    >
      <ChartFrame
        title={axis === 'event' ? 'By the time of the events, UTC' : 'By the wall clock, UTC'}
        name="What changed"
        data={() => tableOf(entries)}
      >
        {timeline ? (
          <>
            <div className={classes.lanes}>
              {scored.slice(0, 3).map((each) => (
                <ScoreLane key={each.endpoint.spec.name} health={each} from={timeline.from} until={timeline.until} />
              ))}
              {timeline.lanes.map((lane) => (
                <TimelineLane key={lane.kind} lane={lane} selected={selected} onSelect={setSelected} />
              ))}
            </div>
            <AxisTicks from={timeline.from} until={timeline.until} />
            <TimelineDetail cluster={selected} axis={axis} />
          </>
        ) : (
          <Empty>Deploys, new data, runs, alerts and labels will stand here on one axis.</Empty>
        )}
      </ChartFrame>
    </Section>
  )
}

function AxisTicks({ from, until }: { readonly from: number; readonly until: number }) {
  const format = tickFormat(until - from)
  return (
    <div className={classes.axis}>
      <span />
      <div className={classes.ticks}>
        {[0, 1 / 3, 2 / 3, 1].map((fraction) => (
          <span key={fraction}>{format(from + (until - from) * fraction)}</span>
        ))}
      </div>
    </div>
  )
}

function tickFormat(span: number): (at: number) => string {
  if (span > 4 * 86_400_000) return formatDay
  return span > 10 * 60_000 ? formatMinute : (at) => formatExact(at).slice(11, 19)
}

const tableOf = (entries: readonly TimelineEntry[]) => ({
  columns: ['kind', 'title', 'detail', 'at', 'event time'],
  rows: entries.map((entry) => [entry.kind, entry.title, entry.detail, entry.at, entry.eventTime ?? null]),
})
