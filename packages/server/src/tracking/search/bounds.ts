import type { FilterClause } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'

type Limit = number | string | undefined

/** Between what values of an index rows are looked at; both ends belong to it. */
export type Bounds = { readonly lower: Limit; readonly upper: Limit }

/** What clauses about a number say of where it lies. */
export function boundsOf(clauses: readonly FilterClause[]): Bounds {
  const valuesOf = (...operators: readonly FilterClause['operator'][]) =>
    clauses.flatMap(({ operator, value }) => (operators.includes(operator) && typeof value === 'number' ? [value] : []))
  const lower = valuesOf('>', '>=', '=')
  const upper = valuesOf('<', '<=', '=')
  return {
    lower: lower.length > 0 ? Math.max(...lower) : undefined,
    upper: upper.length > 0 ? Math.min(...upper) : undefined,
  }
}

/** Bounds that end no sooner than where a walk in this direction begins, or no later than where it ends. */
export function narrowed({ lower, upper }: Bounds, isDescending: boolean, from: Limit, until: Limit): Bounds {
  return {
    lower: greater(lower, isDescending ? until : from),
    upper: lesser(upper, isDescending ? from : until),
  }
}

/** Texts have no bounds of a filter: at most one of two is there. */
function greater(a: Limit, b: Limit): Limit {
  if (typeof a === 'number' && typeof b === 'number') return Math.max(a, b)
  return a ?? b
}

function lesser(a: Limit, b: Limit): Limit {
  if (typeof a === 'number' && typeof b === 'number') return Math.min(a, b)
  return a ?? b
}

export const withinBounds = (value: RawBuilder<unknown>, { lower, upper }: Bounds): readonly RawBuilder<boolean>[] => [
  ...(lower === undefined ? [] : [sql<boolean>`${value} >= ${lower}`]),
  ...(upper === undefined ? [] : [sql<boolean>`${value} <= ${upper}`]),
]
