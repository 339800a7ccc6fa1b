import type { Run } from '@regia/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import { mapText } from '../graph/state-text.tsx'
import { formatDuration } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { useNow } from '../kernel/use-now.ts'
import classes from './runs.module.css'
import { createScale, type TimeScale } from './time-scale.ts'
import { type Lane, layOutRun, type Timeline } from './timeline-model.ts'

type StepTimelineProps = { readonly run: Run; readonly onSelect: (step: string) => void }

const ROW = 26
const TALLEST = 420

/** One line a step, one bar an attempt: waiting, starting and running in tones of their own. Only the lines in view are drawn. */
export function StepTimeline({ run, onSelect }: StepTimelineProps) {
  const now = useNow()
  const isOver = run.finishedAt !== undefined
  const timeline = useMemo(() => layOutRun(run, isOver ? 0 : now), [run, isOver, now])
  const scale = useMemo(() => createScale(timeline.lanes, timeline.start, timeline.end), [timeline])
  const box = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: timeline.lanes.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
  })
  const seen = virtual.getVirtualItems()
  return (
    <div className={classes.timeline}>
      <ScrollBox
        boxRef={box}
        label="Steps over time"
        className={classes.steps}
        style={{ height: Math.min(TALLEST, virtual.getTotalSize()) }}
      >
        <ul style={{ height: virtual.getTotalSize() }} aria-label={`${timeline.lanes.length} steps`}>
          {seen.map(({ index, start }) => {
            const lane = timeline.lanes[index]
            return (
              lane && (
                <li key={lane.step} style={{ transform: `translateY(${start}px)` }}>
                  <LaneRow lane={lane} scale={scale} onSelect={onSelect} />
                </li>
              )
            )
          })}
        </ul>
      </ScrollBox>
      <div className={classes.timelineAxis}>
        {[0, 0.25, 0.5, 0.75, 1].map((fraction) => (
          <span key={fraction}>{fraction === 0 ? '0' : formatDuration(scale.timeAt(fraction) - timeline.start)}</span>
        ))}
      </div>
      <Tones timeline={timeline} isShortened={scale.isShortened} />
    </div>
  )
}

type LaneRowProps = {
  readonly lane: Lane
  readonly scale: TimeScale
  readonly onSelect: StepTimelineProps['onSelect']
}

function LaneRow({ lane, scale: { placeOf }, onSelect }: LaneRowProps) {
  const share = (place: number) => `${(place * 100).toFixed(3)}%`
  const { stepRun } = lane
  return (
    <>
      <button type="button" onClick={() => onSelect(lane.step)}>
        <Lamp health={healthOfStatus(stepRun.status)} label={stepRun.status} />
        <span title={lane.step}>{lane.step}</span>
      </button>
      <div className={classes.lane}>
        {lane.spans.map((span) => (
          <i
            key={`${span.attempt}-${span.tone}-${span.from}`}
            data-tone={span.tone}
            data-status={span.status}
            title={`${span.label}: ${formatDuration(span.until - span.from)}`}
            style={{ left: share(placeOf(span.from)), width: share(placeOf(span.until) - placeOf(span.from)) }}
          />
        ))}
      </div>
      <small>{endText(lane)}</small>
    </>
  )
}

function endText({ stepRun, ranMs }: Lane): string {
  const { status, map, attempts } = stepRun
  if (status === 'cached') return 'from cache'
  if (status === 'skipped') return 'skipped'
  if (status === 'paused') return 'paused'
  if (map && status === 'running') return mapText(map)
  if (ranMs === undefined) return status === 'waiting' || status === 'queued' ? status : ''
  return attempts.length > 1 ? `${formatDuration(ranMs)}, ${attempts.length} attempts` : formatDuration(ranMs)
}

const TONES = [
  ['blocked', 'waiting for inputs'],
  ['queued', 'waiting for a place'],
  ['starting', 'starting'],
  ['running', 'running'],
  ['paused', 'waiting for a person'],
] as const

type TonesProps = { readonly timeline: Timeline; readonly isShortened: boolean }

function Tones({ timeline, isShortened }: TonesProps) {
  const hasPause = timeline.lanes.some((lane) => lane.spans.some((span) => span.tone === 'paused'))
  return (
    <div className={classes.tones}>
      {TONES.filter(([tone]) => tone !== 'paused' || hasPause).map(([tone, text]) => (
        <span key={tone} data-tone={tone}>
          {text}
        </span>
      ))}
      {isShortened && <em>long waits for a person are drawn shorter</em>}
    </div>
  )
}
