import type { PlanStep } from '@regia/core'
import { Lamp } from '../kernel/lamp.tsx'
import classes from './pipelines.module.css'

const LAMPS = { run: 'waiting', cached: 'well', unknown: 'unknown', reused: 'well', skipped: 'unknown' } as const
const WORDS = {
  run: 'would run',
  cached: 'from cache',
  unknown: 'known when it comes to it',
  reused: 'taken as it was made last',
  skipped: 'skipped',
} as const

/** What a run would do, before it does anything. */
export function PlanList({ steps }: { readonly steps: readonly PlanStep[] }) {
  return (
    <ul className={classes.plan} aria-label="Plan">
      {steps.map((step) => (
        <li key={step.step}>
          <Lamp health={LAMPS[step.action]} label={WORDS[step.action]} />
          <div>
            <b>{step.step}</b> {WORDS[step.action]}
            <p>{step.reason}</p>
          </div>
        </li>
      ))}
    </ul>
  )
}
