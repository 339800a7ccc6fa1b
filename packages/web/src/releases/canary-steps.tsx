import type { CanaryPolicy, Release } from '@regia/core'
import { isOpenRelease } from '@regia/core'
import { formatCount } from '../kernel/format.ts'
import { Progress } from '../kernel/progress.tsx'
import { useNow } from '../kernel/use-now.ts'
import { shortWait } from './release-text.ts'
import classes from './releases.module.css'

type CanaryStepsProps = { readonly release: Release; readonly policy: CanaryPolicy }

/** The steps in a row: what is behind, where it stands with its hold time and its requests, what is to come. */
export function CanarySteps({ release, policy }: CanaryStepsProps) {
  const { step } = release
  const place = step ? step.place - 1 : -1
  const stateOf = (i: number) => (i < place || release.state === 'promoted' ? 'done' : i === place ? 'now' : 'ahead')
  return (
    <ol className={classes.steps} aria-label="Steps">
      {policy.steps.map((percent, i) => (
        <li key={percent} data-state={stateOf(i)} aria-current={i === place ? 'step' : undefined}>
          <b>{percent}&nbsp;%</b>
          {i === place && step && isOpenRelease(release.state) ? (
            <StepNow step={step} isRunning={release.state === 'running'} />
          ) : (
            <small>
              {STEP_WORDS[stateOf(i)] ?? `${policy.every} · ${formatCount(policy.minimumRequests)} requests`}
            </small>
          )}
        </li>
      ))}
      <li data-state={release.state === 'promoted' ? 'done' : 'ahead'}>
        <b>Champion</b>
        <small>{policy.automatic ? 'promoted by itself' : 'a person promotes'}</small>
      </li>
    </ol>
  )
}

// A step that is ahead says what it takes.
const STEP_WORDS: Readonly<Record<string, string>> = { done: 'passed', now: 'ended here' }

function StepNow({ step, isRunning }: { readonly step: NonNullable<Release['step']>; readonly isRunning: boolean }) {
  const now = useNow()
  const holdMs = Date.parse(step.until) - Date.parse(step.since)
  const leftMs = Date.parse(step.until) - now
  const held = holdMs <= 0 ? 1 : Math.min(1, Math.max(0, 1 - leftMs / holdMs))
  return (
    <small>
      {isRunning && (
        <>
          <span>{leftMs > 0 ? `${shortWait(leftMs)} to hold` : 'held long enough'}</span>
          <Progress value={held} label="Held" />
        </>
      )}
      <span>
        {formatCount(step.requestCount)} of {formatCount(step.neededCount)} requests
      </span>
      <Progress value={Math.min(1, step.requestCount / step.neededCount)} label="Requests of this step" />
    </small>
  )
}
