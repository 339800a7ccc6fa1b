/**
 * Whether no class of a row is as probable as it must be to be named.
 *
 * @param probabilities - Shape (rows, classCount), row-major.
 * @param row - Its place.
 */
export function isUndecidedRow(
  probabilities: Float32Array,
  classCount: number,
  row: number,
  abstainBelow: number,
): boolean {
  for (let i = row * classCount; i < (row + 1) * classCount; i++) if (probabilities[i]! >= abstainBelow) return false
  return true
}
