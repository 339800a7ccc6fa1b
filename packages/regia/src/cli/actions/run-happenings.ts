import type { Run, StepRun } from '@regia/core'

const SETTLED = new Set<StepRun['status']>(['succeeded', 'cached', 'skipped', 'failed', 'cancelled'])

/** That an attempt of a step began, or that a step came to its end. */
export type Happening = {
  /** ISO-8601 in UTC. */
  readonly at: string
  /** The same whenever the run is looked at. */
  readonly key: string
  readonly step: StepRun
  /** The attempt that began; absent where the step ended. */
  readonly begins?: number
}

/**
 * What has happened to the steps of a run so far, in the order in which it did: one look at a run may find both that a step has
 * ended and that the next one, which needs it, has begun.
 */
export function happeningsOf(run: Pick<Run, 'steps'>): Happening[] {
  return run.steps.flatMap((step) => [...beginsOf(step), ...endOf(step)]).sort(inOrder)
}

function beginsOf(step: StepRun): Happening[] {
  if (!step.startedAt || step.status === 'cached' || step.status === 'skipped') return []
  return step.attempts.flatMap(({ number, startedAt }) =>
    startedAt ? [{ at: startedAt, key: `${step.id} ${number}`, step, begins: number }] : [],
  )
}

const endOf = (step: StepRun): Happening[] =>
  SETTLED.has(step.status) ? [{ at: step.finishedAt ?? '9999', key: step.id, step }] : []

/** In one millisecond a step ends before another can begin through it; its own end stands behind its beginning. */
function inOrder(a: Happening, b: Happening): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1
  const isSameStep = a.step.id === b.step.id
  const endsFirst = Number(a.begins !== undefined) - Number(b.begins !== undefined)
  return isSameStep ? -endsFirst : endsFirst
}
