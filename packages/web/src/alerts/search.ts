import { oneOf, textOf } from '../kernel/search.ts'

export const ALERT_FILTERS = ['open', 'acknowledged', 'closed', 'all'] as const
export type AlertsSearch = {
  readonly status?: (typeof ALERT_FILTERS)[number] | undefined
  readonly monitor?: string | undefined
  /** The alert that is spread out. */
  readonly alert?: string | undefined
}
export const alertsSearch = (search: Record<string, unknown>): AlertsSearch => ({
  status: oneOf(search, 'status', ALERT_FILTERS),
  monitor: textOf(search, 'monitor'),
  alert: textOf(search, 'alert'),
})
