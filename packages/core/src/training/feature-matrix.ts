import { RegiaError } from '../kernel/index.ts'

/**
 * What a learner sees: named columns of float32, NaN where a value is missing.
 *
 * Features are rounded to float32 on their way in because the ONNX graph computes in float32: a value then falls on the same
 * side of a threshold in both.
 */
export type FeatureMatrix = {
  readonly rowCount: number
  readonly names: readonly string[]
  /** One array of shape (rowCount,) per name. */
  readonly columns: readonly Float32Array[]
}

/**
 * A matrix of named columns.
 *
 * @throws RegiaError `INVALID_INPUT` when names and columns differ in number, or columns in length.
 * @example makeMatrix(['age'], [Float32Array.of(39, 50)])
 */
export function makeMatrix(names: readonly string[], columns: readonly Float32Array[]): FeatureMatrix {
  const rowCount = columns[0]?.length ?? 0
  const odd = columns.findIndex((column) => column.length !== rowCount)
  if (odd >= 0 || names.length !== columns.length) {
    throw new RegiaError(
      'INVALID_INPUT',
      odd >= 0
        ? `Feature "${names[odd]}" has ${columns[odd]!.length} rows, "${names[0]}" has ${rowCount}.`
        : `There are ${names.length} feature names for ${columns.length} columns.`,
      { hint: 'Give one name and one value per row for every feature.' },
    )
  }
  return { rowCount, names, columns }
}
