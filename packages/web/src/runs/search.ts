import { type GraphSearch, graphSearch } from '../graph/search.ts'
import { listOf, oneOf, textOf } from '../kernel/search.ts'

export const RUN_STATUS_CHOICES = ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const
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

export const STEP_TABS = ['why', 'data', 'items', 'logs', 'code', 'history'] as const
/** The step that is open in the drawer. */
export type StepSearch = {
  readonly step?: string | undefined
  readonly tab?: (typeof STEP_TABS)[number] | undefined
}
export const stepSearch = (search: Record<string, unknown>): StepSearch => ({
  step: textOf(search, 'step'),
  tab: oneOf(search, 'tab', STEP_TABS),
})
export const CLOSED_STEP: StepSearch = { step: undefined, tab: undefined }

export type RunSearch = StepSearch &
  GraphSearch & {
    /** Text that log lines must hold. */
    readonly find?: string | undefined
  }
export const runSearch = (search: Record<string, unknown>): RunSearch => ({
  ...stepSearch(search),
  ...graphSearch(search),
  find: textOf(search, 'find'),
})
