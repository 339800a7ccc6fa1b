import { type Range, rangeOf } from '../kernel/range.ts'
import { textOf } from '../kernel/search.ts'

export type MonitorSearch = {
  readonly range?: Range | undefined
  /** Start of the selected window. */
  readonly window?: string | undefined
  readonly column?: string | undefined
}
export const monitorSearch = (search: Record<string, unknown>): MonitorSearch => ({
  range: rangeOf(search),
  window: textOf(search, 'window'),
  column: textOf(search, 'column'),
})
