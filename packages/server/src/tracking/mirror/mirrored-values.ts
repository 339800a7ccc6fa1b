import {
  keyFault,
  type RunStatus,
  type StepStatus,
  TRACKING_LIMITS,
  type TrackedDataset,
  type TrackedStatus,
  type Trigger,
} from '@regia/core'
import type { Entry } from '../log-values.ts'

const OF_RUN: Readonly<Record<RunStatus, TrackedStatus>> = {
  queued: 'scheduled',
  running: 'running',
  paused: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
}

export const trackedStatusOf = (status: RunStatus): TrackedStatus => OF_RUN[status]

/** `undefined` for a step that has no run of its own: it waits, or nobody asked for it. */
export function trackedStepStatus(status: StepStatus): TrackedStatus | undefined {
  if (status === 'waiting' || status === 'skipped') return undefined
  return status === 'cached' ? 'succeeded' : OF_RUN[status]
}

/** Texts stay as they are, everything else becomes JSON; cut where a tracked param ends. */
export function paramEntries(params: Readonly<Record<string, unknown>>): readonly Entry[] {
  return Object.entries(params)
    .filter(([key, value]) => keyFault(key) === undefined && value !== undefined)
    .map(([key, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return { key, value: text.slice(0, TRACKING_LIMITS.paramValueLength) }
    })
}

export const triggerText = (trigger: Trigger): string => {
  switch (trigger.kind) {
    case 'person':
      return `person ${trigger.by}`
    case 'alert':
      return `alert of ${trigger.monitor}`
    case 'schedule':
      return `schedule ${trigger.schedule}`
    case 'backfill':
      return `back-fill ${trigger.backfillId}`
  }
}

export const datasetOf = ({ name, version }: { readonly name: string; readonly version: number }): TrackedDataset => ({
  name,
  digest: `version ${version}`,
  sourceType: 'regia',
  source: JSON.stringify({ dataset: name, version }),
  tags: {},
})
