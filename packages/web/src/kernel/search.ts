/** Readers of search parameters: what the URL holds is a stranger's text until it has passed one of these. */
type Search = Readonly<Record<string, unknown>>

export const textOf = (search: Search, name: string): string | undefined => {
  const value = search[name]
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export const numberOf = (search: Search, name: string): number | undefined => {
  const value = Number(search[name] ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}

export const oneOf = <Choice extends string>(
  search: Search,
  name: string,
  choices: readonly Choice[],
): Choice | undefined => choices.find((choice) => choice === search[name])

export const listOf = (search: Search, name: string): readonly string[] | undefined => {
  const text = textOf(search, name)
  return text === undefined ? undefined : text.split(',').filter(Boolean)
}
