/** At most two: a third one takes the place of the one chosen first. */
export function toggledVersion(selected: readonly number[], version: number): readonly number[] {
  return selected.includes(version) ? selected.filter((each) => each !== version) : [...selected, version].slice(-2)
}

/** Versions as the address names them: `3,4`. */
export const selectedVersions = (text: string | undefined): readonly number[] =>
  (text ?? '')
    .split(',')
    .map(Number)
    .filter((version) => Number.isSafeInteger(version) && version > 0)
    .slice(0, 2)

/** The two that are to be compared, the older one first; nothing unless two are selected. */
export function comparedPair(
  selected: readonly number[],
): { readonly before: string; readonly after: string } | undefined {
  const [before, after] = selected.toSorted((a, b) => a - b)
  return before === undefined || after === undefined ? undefined : { before: String(before), after: String(after) }
}
