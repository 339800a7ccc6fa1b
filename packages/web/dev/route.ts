export type Schema = { readonly parse: (value: unknown) => unknown }
export type Answer = { readonly body: unknown; readonly schema?: Schema }
export type State = { rows: number; readonly active: Set<string>; champion: number; readonly acknowledged: Set<string> }
export type Route = readonly [
  RegExp,
  (state: State, part: readonly string[], query: URLSearchParams) => Answer | undefined,
]

export function page<Item>(make: (index: number) => Item, total: number, query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 50)
  const offset = Number(query.get('cursor') ?? 0)
  const count = Math.max(0, Math.min(limit, total - offset))
  const next = offset + count
  return {
    items: Array.from({ length: count }, (_, i) => make(offset + i)),
    total,
    ...(next < total && { nextCursor: String(next) }),
  }
}

export const few = (state: State, count: number) => Math.min(count, state.rows)
