import { type Range, rangeOf } from '../kernel/range.ts'
import { numberOf, oneOf, textOf } from '../kernel/search.ts'
import { DECISION_FILTERS, type DecisionFilter } from './decision-words.ts'

export type EndpointSearch = {
  /** How far back in event time the charts look. */
  readonly range?: Range | undefined
  /** How many minutes of wall-clock time the traffic chart shows. */
  readonly minutes?: number | undefined
  /** Which decisions the log shows. */
  readonly decisions?: DecisionFilter | undefined
  /** The decision whose figures are open. */
  readonly decision?: string | undefined
}
export const endpointSearch = (search: Record<string, unknown>): EndpointSearch => ({
  range: rangeOf(search),
  minutes: numberOf(search, 'minutes'),
  decisions: oneOf(search, 'decisions', DECISION_FILTERS),
  decision: textOf(search, 'decision'),
})

export type EndpointsSearch = {
  /** A piece of the name. */
  readonly find?: string | undefined
}
export const endpointsSearch = (search: Record<string, unknown>): EndpointsSearch => ({ find: textOf(search, 'find') })
