import type { RegisteredModel } from '@regia/core'

const MOST_VERSIONS = 30

/** How a release may name the versions of a model: aliases first, then numbers, newest first; without what serves already. */
export function refsOf(
  { name, aliases, latestVersion }: RegisteredModel,
  serving: number | undefined,
): readonly string[] {
  const numbers = Array.from(
    { length: Math.min(MOST_VERSIONS, latestVersion ?? 0) },
    (_, i) => (latestVersion ?? 0) - i,
  )
  const named = aliases.filter(({ version }) => version !== serving).map(({ alias }) => alias)
  return [...named, ...numbers.filter((version) => version > 0 && version !== serving).map(String)].map(
    (ref) => `${name}@${ref}`,
  )
}
