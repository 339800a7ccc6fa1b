/**
 * The name that a person most likely meant: the nearest by edits, if at most a third of its letters differ.
 *
 * @example nearMiss('dely', ['delay', 'distance']) // 'delay'
 */
export function nearMiss(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase()
  let best: { readonly name: string; readonly edits: number } | undefined
  for (const candidate of known) {
    const edits = editDistance(wanted, candidate.toLowerCase())
    if (edits <= Math.max(1, Math.floor(name.length / 3)) && (!best || edits < best.edits)) {
      best = { name: candidate, edits }
    }
  }
  return best?.name
}

/** What there is instead, for a hint: the near miss, and the names themselves as long as a person would read them. */
export function namesHint(name: string, known: readonly string[]): string {
  const near = nearMiss(name, known)
  const shown = known.slice(0, 20).join(', ')
  const rest = known.length > 20 ? ` and ${known.length - 20} more` : ''
  return `${near === undefined ? '' : `Did you mean "${near}"? `}There ${known.length === 1 ? 'is' : 'are'}: ${shown || 'none'}${rest}.`
}

/** Levenshtein's distance, one row of the matrix at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution))
    }
    row = next
  }
  return row[b.length]!
}
