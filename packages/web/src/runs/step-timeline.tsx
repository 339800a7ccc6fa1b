import type { Run, StepRun } from '@regia/core'
import { Fragment } from 'react'
import { formatDuration } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import { useNow } from '../kernel/use-now.ts'
import classes from './runs.module.css'

type Span = {
  readonly tone: 'blocked' | 'queued' | 'running'
  readonly from: number
  readonly until: number
  readonly label: string
}

/** One line a step, one bar an attempt: waiting for inputs, waiting for a place, running, in three tones. */
export function StepTimeline({ run, onSelect }: { readonly run: Run; readonly onSelect: (step: string) => void }) {
  const now = useNow()
  const start = Date.parse(run.startedAt ?? run.createdAt)
  const end = Math.max(start + 1, run.finishedAt ? Date.parse(run.finishedAt) : now)
  const width = end - start
  const steps = [...run.steps].sort((a, b) => firstStart(a, end) - firstStart(b, end))
  return (
    <div className={classes.timeline}>
      <ScrollBox label="Steps over time" className={classes.steps}>
        <ul>
          {steps.map((step) => (
            <li key={step.id}>
              <button type="button" onClick={() => onSelect(step.step)}>
                <Lamp health={healthOfStatus(step.status)} label={step.status} />
                <span title={step.step}>{step.step}</span>
              </button>
              <div className={classes.lane}>
                {spansOf(step, start, end).map((span) => (
                  <i
                    key={`${span.from}-${span.tone}`}
                    data-tone={span.tone}
                    data-status={step.status}
                    title={`${span.label}: ${formatDuration(span.until - span.from)}`}
                    style={{
                      left: `${((span.from - start) / width) * 100}%`,
                      width: `${((span.until - span.from) / width) * 100}%`,
                    }}
                  />
                ))}
              </div>
              <small>
                {step.status === 'cached' ? 'from cache' : step.status === 'skipped' ? 'skipped' : ranFor(step, end)}
              </small>
            </li>
          ))}
        </ul>
      </ScrollBox>
      <div className={classes.timelineAxis}>
        {[0, 0.25, 0.5, 0.75, 1].map((fraction) => (
          <Fragment key={fraction}>
            <span>{fraction === 0 ? '0' : formatDuration(width * fraction)}</span>
          </Fragment>
        ))}
      </div>
      <div className={classes.tones}>
        <span data-tone="blocked">waiting for inputs</span>
        <span data-tone="queued">waiting for a place</span>
        <span data-tone="running">running</span>
      </div>
    </div>
  )
}

const firstStart = (step: StepRun, end: number) => {
  const at = step.attempts[0]?.queuedAt ?? step.startedAt ?? step.finishedAt
  return at ? Date.parse(at) : end
}

function ranFor(step: StepRun, end: number): string {
  if (!step.startedAt) return ''
  return formatDuration(Math.max(0, (step.finishedAt ? Date.parse(step.finishedAt) : end) - Date.parse(step.startedAt)))
}

function spansOf(step: StepRun, start: number, end: number): readonly Span[] {
  const spans: Span[] = []
  let free = start
  for (const attempt of step.attempts) {
    const queued = Date.parse(attempt.queuedAt)
    const started = attempt.startedAt ? Date.parse(attempt.startedAt) : undefined
    const finished = attempt.finishedAt ? Date.parse(attempt.finishedAt) : end
    const name = `attempt ${attempt.number}`
    spans.push({ tone: 'blocked', from: free, until: queued, label: 'waiting for inputs' })
    spans.push({ tone: 'queued', from: queued, until: started ?? finished, label: `${name} waited for a place` })
    if (started !== undefined)
      spans.push({ tone: 'running', from: started, until: finished, label: `${name} ${attempt.status}` })
    free = finished
  }
  return spans.filter((span) => span.until > span.from)
}
