import type { SearchRuns } from '@regia/core'
import { type Field, fieldOf, orderText } from './field.ts'
import { partsOf, type RunsSearch } from './search.ts'

/** Which runs a view shows, without what is drawn of them. */
export type RunsScope = Pick<SearchRuns, 'experiments' | 'filter' | 'lifecycle' | 'parent'>

/** The path's own experiment and those beside it; none in the request means all. */
export function experimentsOf(pathId: string, more: string | undefined): readonly string[] | undefined {
  const ids = [...new Set([...(pathId === 'all' ? [] : [pathId]), ...partsOf(more)])]
  return ids.length > 0 ? ids : undefined
}

/** With a filter every run counts that fits; without one children stay under their parents. */
export const layoutOf = ({ layout, filter }: RunsSearch) => layout ?? (filter ? 'flat' : 'nested')

export function scopeOf(pathId: string, search: RunsSearch): RunsScope {
  const experiments = experimentsOf(pathId, search.experiments)
  return {
    ...(experiments && { experiments: [...experiments] }),
    ...(search.filter && { filter: search.filter }),
    ...(search.lifecycle === 'deleted' && { lifecycle: 'deleted' as const }),
    ...(layoutOf(search) === 'nested' && search.lifecycle !== 'deleted' && { parent: 'none' }),
  }
}

/** Only the values that are drawn travel. */
export function selectOf(fields: readonly Field[]): NonNullable<SearchRuns['select']> {
  const keysOf = (kind: Field['kind']) => [
    ...new Set(fields.filter((field) => field.kind === kind).map(({ key }) => key)),
  ]
  return { params: keysOf('param'), metrics: keysOf('metric'), tags: keysOf('tag') }
}

export const runsRequest = (scope: RunsScope, sort: string | undefined, columns: readonly string[]): SearchRuns => ({
  ...scope,
  ...(sort && { orderBy: [orderText(sort)] }),
  select: selectOf(columns.map(fieldOf)),
})
