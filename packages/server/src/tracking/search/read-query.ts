import {
  type FilterClause,
  type FilterGrammar,
  type OrderTerm,
  parseFilter,
  parseOrder,
  RUN_GRAMMAR,
  type RunSearchQuery,
} from '@regia/core'

export type CountQuery = Omit<RunSearchQuery, 'limit' | 'cursor' | 'orderBy' | 'select'>

/** A search whose texts have been read. */
export type ReadQuery = {
  readonly clauses: readonly FilterClause[]
  readonly terms: readonly OrderTerm[]
  readonly grammar: FilterGrammar
  readonly lifecycle: RunSearchQuery['lifecycle']
  readonly parent: string | undefined
  /** What a cursor is bound to. */
  readonly identity: unknown
}

/** @throws RegiaError `INVALID_INPUT` for a filter or an order that cannot be read. */
export function readQuery(query: CountQuery & Pick<RunSearchQuery, 'orderBy'>): ReadQuery {
  const { filter = '', orderBy = [], grammar = RUN_GRAMMAR, experimentIds, lifecycle, parent } = query
  const terms = parseOrder(orderBy, grammar)
  return {
    clauses: parseFilter(filter, grammar),
    terms,
    grammar,
    lifecycle,
    parent,
    identity: [
      'runs',
      filter,
      terms,
      experimentIds === undefined ? null : [...experimentIds].sort(),
      lifecycle,
      parent ?? null,
    ],
  }
}
