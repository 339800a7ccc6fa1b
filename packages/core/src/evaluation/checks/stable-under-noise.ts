import { z } from 'zod'
import { momentsOf, sampleVariance, wilsonInterval } from '../../statistics/index.ts'
import type { Table } from '../../table/index.ts'
import type { Evaluation } from '../evaluation.ts'
import { defineCheckKind, passedIf, shown, shownInterval } from './check-kind.ts'
import { type Answers, answersOf, isQuantity, sampleRows, withShiftedColumn } from './perturbation.ts'

const settings = z.strictObject({
  /** Noise on every number, in standard deviations of its column. */
  sigma: z.number().positive(),
  /** Share of rows whose answer must stay. */
  minAgreement: z.number().min(0).max(1),
  /** Columns to disturb; all numbers where absent. */
  columns: z.array(z.string()).optional(),
})

/** A regression's answer stays when it moves by less than this share of the answers' standard deviation. */
const REGRESSION_TOLERANCE = 0.1

/** Adds normal errors to every number (or the named columns) and counts the answers that stay: the class, or a value within a tenth of the answers' spread. */
export const stableUnderNoise = defineCheckKind({
  kind: 'stableUnderNoise',
  title: 'Small measurement errors do not change the answer',
  settings,
  nameOf: ({ sigma }) => `stable under noise of ${sigma} σ`,
  run: async ({ sigma, minAgreement, columns }, evaluation) => {
    const table = sampleRows(evaluation)
    const before = await answersOf(evaluation.model, table)
    const after = await answersOf(evaluation.model, disturbed(table, sigma, columns, evaluation))
    const same = sameAnswers(before, after)
    const n = table.rowCount
    const interval = wilsonInterval(same, n)
    return {
      status: passedIf(same / n >= minAgreement),
      value: same / n,
      interval,
      threshold: minAgreement,
      n,
      message: `Noise of ${shown(sigma)} standard deviations leaves ${shown(same / n)}${shownInterval(interval)} of ${n} answers as they were; at least ${shown(minAgreement)} expected.`,
    }
  },
})

function disturbed(table: Table, sigma: number, columns: readonly string[] | undefined, evaluation: Evaluation): Table {
  const rng = evaluation.rng.fork('noise')
  const all = Object.entries(table.columns).filter(([name, column]) => isQuantity(column) && name !== evaluation.target)
  const chosen = columns ?? all.map(([name]) => name)
  return chosen.reduce((noisy, name) => withShiftedColumn(noisy, name, () => sigma * rng.normal()), table)
}

function sameAnswers(before: Answers, after: Answers): number {
  if (before.classes && after.classes) {
    const { classes } = after
    return before.classes.filter((answer, row) => answer === classes[row]).length
  }
  const tolerance = REGRESSION_TOLERANCE * Math.sqrt(sampleVariance(momentsOf(before.scores)))
  return before.scores.filter((score, row) => Math.abs(score - after.scores[row]!) <= tolerance).length
}
