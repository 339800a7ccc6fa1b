import { oneOf } from '../kernel/search.ts'

/** `axis`: the time by which "What changed" is laid out: that of the events, or that of the wall. */
export type OverviewSearch = { readonly axis?: 'event' | 'wall' | undefined }
export const overviewSearch = (search: Record<string, unknown>): OverviewSearch => ({
  axis: oneOf(search, 'axis', ['event', 'wall']),
})
