import { z } from 'zod'
import { momentsOf, normalInterval, sampleVariance } from '../../statistics/index.ts'
import { getNumericColumn } from '../../table/index.ts'
import { defineCheckKind, passedIf, shown, shownInterval } from './check-kind.ts'
import { answersOf, sampleRows, withShiftedColumn } from './perturbation.ts'

const settings = z.strictObject({
  column: z.string(),
  direction: z.enum(['increasing', 'decreasing']),
  /** How far the column is raised, in its standard deviations. */
  shift: z.number().positive().default(1),
})

/** Raises the column in every row; the mean change of the score must have the expected sign beyond chance. */
export const respondsTo = defineCheckKind({
  kind: 'respondsTo',
  title: 'The score moves with a column as it should',
  settings,
  nameOf: ({ column, direction }) => `${direction} with ${column}`,
  run: async ({ column, direction, shift }, evaluation) => {
    const table = sampleRows(evaluation)
    getNumericColumn(table, column)
    const before = await answersOf(evaluation.model, table)
    const after = await answersOf(
      evaluation.model,
      withShiftedColumn(table, column, () => shift),
    )
    const moments = momentsOf(before.scores.map((score, row) => after.scores[row]! - score))
    const standardError = moments.n < 2 ? 0 : Math.sqrt(sampleVariance(moments) / moments.n)
    const interval = normalInterval(moments.mean, standardError)
    const isAsExpected = direction === 'increasing' ? interval.lower > 0 : interval.upper < 0
    return {
      status: passedIf(isAsExpected),
      value: moments.mean,
      interval,
      threshold: 0,
      n: table.rowCount,
      message: `Raising ${column} by ${shown(shift)} standard deviations moves the score by ${shown(moments.mean)}${shownInterval(interval)} on average over ${table.rowCount} rows; ${direction} expected.`,
    }
  },
})
