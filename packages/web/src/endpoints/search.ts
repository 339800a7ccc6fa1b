import { type Range, rangeOf } from '../kernel/range.ts'
import { numberOf } from '../kernel/search.ts'

export type EndpointSearch = {
  /** How far back in event time the charts look. */
  readonly range?: Range | undefined
  /** How many minutes of wall-clock time the traffic chart shows. */
  readonly minutes?: number | undefined
}
export const endpointSearch = (search: Record<string, unknown>): EndpointSearch => ({
  range: rangeOf(search),
  minutes: numberOf(search, 'minutes'),
})
