import type { PlanStep } from '@regia/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { Lamp } from '../kernel/lamp.tsx'
import { ScrollBox } from '../kernel/scroll-box.tsx'
import classes from './pipelines.module.css'

const LAMPS = { run: 'waiting', cached: 'well', unknown: 'unknown', reused: 'well', skipped: 'unknown' } as const
const WORDS = {
  run: 'would run',
  cached: 'from cache',
  unknown: 'known when it comes to it',
  reused: 'taken as it was made last',
  skipped: 'skipped',
} as const
const TALLEST = 560

/** What a run would do, before it does anything. */
export function PlanList({ steps }: { readonly steps: readonly PlanStep[] }) {
  const box = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: steps.length,
    getScrollElement: () => box.current,
    estimateSize: () => 58,
    overscan: 10,
  })
  return (
    <ScrollBox
      boxRef={box}
      label="Steps of the plan"
      className={classes.plan}
      style={{ height: Math.min(TALLEST, virtual.getTotalSize() + 2) }}
    >
      <ul aria-label="Plan" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const step = steps[index]
          if (!step) return null
          return (
            <li
              key={step.step}
              ref={virtual.measureElement}
              data-index={index}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Lamp health={LAMPS[step.action]} label={WORDS[step.action]} />
              <div>
                <b>{step.step}</b> {WORDS[step.action]}
                <p>{step.reason}</p>
              </div>
            </li>
          )
        })}
      </ul>
    </ScrollBox>
  )
}
