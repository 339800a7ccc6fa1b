export type JsonEntry = { readonly key: string; readonly value: unknown }

/** What is inside a list or an object; `undefined` for anything else. */
export function jsonEntries(value: unknown): readonly JsonEntry[] | undefined {
  if (Array.isArray(value)) return value.map((item, i) => ({ key: String(i), value: item }))
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).map(([key, item]) => ({ key, value: item }))
}

/** `[3]`, `{5}`: how much is inside. */
export const summaryOf = (value: unknown): string =>
  Array.isArray(value) ? `[${value.length}]` : `{${jsonEntries(value)?.length ?? 0}}`
