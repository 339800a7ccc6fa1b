import { auc, classNameAt, getColumn, labelledRows, RegiaError, type Table } from '@regia/core'

/**
 * Area under the ROC curve: the chance that a row of the positive class scores higher than one of the others, ties counting half.
 *
 * For choosing between models inside a step. A gate's checks compute it with its interval.
 *
 * @param scores - One number a row of the table, shape (rows,), such as `await model.scores(rows)`; higher means more likely positive.
 * @param target - Column with the truth; rows without it are left out.
 * @param positive - The class that scores speak of. By default `true`, or the last class in alphabetical order.
 * @returns A fraction in [0, 1]; 0.5 is chance.
 * @throws RegiaError `DATA_EMPTY` when one of the classes has no row, `INVALID_INPUT` when the lengths differ.
 * @see Hanley & McNeil (1982)
 * @example rocAuc(await candidate.scores(rows), rows, 'late')
 */
export function rocAuc(scores: ArrayLike<number>, table: Table, target: string, positive?: string): number {
  if (scores.length !== table.rowCount) {
    throw new RegiaError('INVALID_INPUT', `There are ${scores.length} scores for ${table.rowCount} rows.`, {
      where: 'scores',
      hint: 'Score the same table that holds the target.',
    })
  }
  const column = getColumn(table, target)
  const rows = labelledRows(column, table.rowCount)
  const names = Array.from(rows, (row) => classNameAt(column, row))
  const asked = positive ?? [...new Set(names)].sort().at(-1)
  const labels = Uint8Array.from(names, (name) => (name === asked ? 1 : 0))
  return auc(
    Float64Array.from(rows, (row) => scores[row]!),
    labels,
  )
}
