import { RegiaError } from '../kernel/index.ts'
import { chiSquareSurvival } from './chi-square.ts'

export type ContingencyResult = {
  readonly statistic: number
  readonly degreesOfFreedom: number
  readonly pValue: number
  /** Cramér's V with Bergsma's bias correction: strength of the association in [0, 1], whatever the sample size. */
  readonly cramersV: number
  readonly n: number
}

/**
 * Pearson's chi-square test that the rows of a table of counts have the same distribution over the columns.
 *
 * Two samples of categories (or of binned numbers) are its two rows, so that the noise of the reference counts too. No continuity correction.
 * Columns and rows without any count are left out. With one row or column left there is nothing to test and p is 1.
 *
 * @param table - Counts, shape (r, c), r ≥ 2.
 * @throws RegiaError `INVALID_INPUT` when the rows differ in length.
 * @see Bergsma (2013), *A bias-correction for Cramér's V and Tschuprow's T*.
 * @example chiSquareContingency([[200, 800], [400, 600]]).statistic // 95.238…
 */
export function chiSquareContingency(table: readonly (readonly number[])[]): ContingencyResult {
  const width = table[0]?.length ?? 0
  if (table.some((row) => row.length !== width)) {
    throw new RegiaError('INVALID_INPUT', 'The rows of a contingency table differ in length.', {
      data: { lengths: table.map((row) => row.length) },
      hint: 'Give every sample the same bins.',
    })
  }
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0))
  const columns = Array.from({ length: width }, (_, j) => table.reduce((sum, row) => sum + row[j]!, 0))
  const n = rows.reduce((sum, count) => sum + count, 0)
  const rowCount = rows.filter((count) => count > 0).length
  const columnCount = columns.filter((count) => count > 0).length
  const degreesOfFreedom = Math.max(0, (rowCount - 1) * (columnCount - 1))
  if (degreesOfFreedom === 0) return { statistic: 0, degreesOfFreedom, pValue: 1, cramersV: 0, n }
  const statistic = pearsonStatistic(table, rows, columns, n)
  const pValue = chiSquareSurvival(statistic, degreesOfFreedom)
  return { statistic, degreesOfFreedom, pValue, cramersV: correctedV(statistic, n, rowCount, columnCount), n }
}

function pearsonStatistic(
  table: readonly (readonly number[])[],
  rows: readonly number[],
  columns: readonly number[],
  n: number,
): number {
  let statistic = 0
  for (const [i, row] of table.entries()) {
    for (const [j, observed] of row.entries()) {
      const expected = (rows[i]! * columns[j]!) / n
      if (expected > 0) statistic += (observed - expected) ** 2 / expected
    }
  }
  return statistic
}

function correctedV(statistic: number, n: number, rows: number, columns: number): number {
  if (n < 2) return 0
  const phi = Math.max(0, statistic / n - ((columns - 1) * (rows - 1)) / (n - 1))
  const k = columns - (columns - 1) ** 2 / (n - 1)
  const r = rows - (rows - 1) ** 2 / (n - 1)
  const smaller = Math.min(k - 1, r - 1)
  return smaller > 0 ? Math.sqrt(phi / smaller) : 0
}
