/** A word longer than this is no misspelling of anything here. */
const MAX_LENGTH = 80

/** The word most like one that is not among them, whatever the case; `undefined` where none is near. */
export function nearestWord(wanted: string, words: Iterable<string>): string | undefined {
  if (wanted.length > MAX_LENGTH) return undefined
  let nearest: string | undefined
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const word of words) {
    const distance = editDistance(wanted.toLowerCase(), word.toLowerCase())
    if (distance >= least) continue
    least = distance
    nearest = word
  }
  return nearest
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
