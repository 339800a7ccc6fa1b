import { listOf, oneOf, textOf } from '../kernel/search.ts'

export const RUN_STATUS_CHOICES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type RunsSearch = {
  readonly pipeline?: string | undefined
  readonly status?: (typeof RUN_STATUS_CHOICES)[number] | undefined
  readonly search?: string | undefined
  /** A field, with `-` before it for the largest first. */
  readonly sort?: string | undefined
  /** Columns that are hidden, with commas between. */
  readonly hide?: string | undefined
  /** Ids of runs to compare, with commas between. */
  readonly selected?: string | undefined
}
export const runsSearch = (search: Record<string, unknown>): RunsSearch => ({
  pipeline: textOf(search, 'pipeline'),
  status: oneOf(search, 'status', RUN_STATUS_CHOICES),
  search: textOf(search, 'search'),
  sort: textOf(search, 'sort'),
  hide: listOf(search, 'hide')?.join(','),
  selected: listOf(search, 'selected')?.join(','),
})

export const STEP_TABS = ['why', 'data', 'logs', 'code'] as const
export type RunSearch = {
  readonly step?: string | undefined
  readonly tab?: (typeof STEP_TABS)[number] | undefined
  /** Text that log lines must hold. */
  readonly find?: string | undefined
}
export const runSearch = (search: Record<string, unknown>): RunSearch => ({
  step: textOf(search, 'step'),
  tab: oneOf(search, 'tab', STEP_TABS),
  find: textOf(search, 'find'),
})
