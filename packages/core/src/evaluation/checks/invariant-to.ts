import { z } from 'zod'
import { momentsOf } from '../../statistics/index.ts'
import { defineCheckKind, passedIf, shown } from './check-kind.ts'
import { answersOf, sampleRows, withShuffledColumn } from './perturbation.ts'

const settings = z.strictObject({
  column: z.string(),
  /** Largest mean change of the score, in its own unit. */
  maxChange: z.number().min(0),
})

/** Deals the column's values out anew among the rows and looks how far the scores move. */
export const invariantTo = defineCheckKind({
  kind: 'invariantTo',
  title: 'A column that should not matter does not',
  settings,
  nameOf: ({ column }) => `invariant to ${column}`,
  run: async ({ column, maxChange }, evaluation) => {
    const table = sampleRows(evaluation)
    const before = await answersOf(evaluation.model, table)
    const after = await answersOf(evaluation.model, withShuffledColumn(table, column, evaluation.rng.fork(column)))
    const { mean } = momentsOf(before.scores.map((score, row) => Math.abs(after.scores[row]! - score)))
    return {
      status: passedIf(mean <= maxChange),
      value: mean,
      threshold: maxChange,
      n: table.rowCount,
      message: `Exchanging ${column} moves the score by ${shown(mean)} on average over ${table.rowCount} rows; at most ${shown(maxChange)} expected.`,
    }
  },
})
