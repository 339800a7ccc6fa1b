/** Lowest and highest value of a small line, spread to at least `span`. */
export function sparkRange(known: readonly number[], span: number, fromZero: boolean): readonly [number, number] {
  const low = fromZero ? 0 : Math.min(...known)
  const high = Math.max(...known, low)
  const missing = Math.max(0, span - (high - low))
  return fromZero ? [0, high + missing || 1] : [low - missing / 2, high + missing / 2]
}
