import type { Signature } from '@regia/core'
import type { AddedColumn } from '../../data/parquet/index.ts'
import type { Predictions } from '../model-session.ts'

/** The columns that a scoring adds: `prediction`; of a classifier also `score` and `probability_CLASS` for each class. */
export const scoreNames = ({ classes, task }: Signature): readonly string[] =>
  task === 'regression' || !classes ? ['prediction'] : ['prediction', 'score', ...classes.map(probabilityName)]

const probabilityName = (name: string): string => `probability_${name}`

export type ScoreGatherer = {
  /** Begins anew with so many rows. The columns that were gathered before lose their values. */
  readonly begin: (rowCount: number) => void
  readonly append: (predictions: Predictions) => void
  /** After as many rows as were announced. */
  readonly columns: () => readonly AddedColumn[]
}

/** Gathers predictions, batch by batch, into one column per name, in the same memory for one range after another. */
export function gatherScores(signature: Signature): ScoreGatherer {
  const classes = signature.task === 'regression' ? undefined : signature.classes
  let rowCount = 0
  let at = 0
  let all = columnsFor(0, classes)
  let { scores, codes, probabilities } = all
  return {
    begin: (count) => {
      if (count > all.scores.length) all = columnsFor(count, classes)
      scores = all.scores.subarray(0, count)
      codes = all.codes.subarray(0, count)
      probabilities = all.probabilities.map((column) => column.subarray(0, count))
      rowCount = count
      at = 0
    },
    append: (predictions) => {
      scores.set(predictions.scores, at)
      if (predictions.classes) codes.set(predictions.classes, at)
      if (predictions.probabilities) unravel(predictions.probabilities, probabilities, at)
      at += predictions.rowCount
    },
    columns: () => {
      if (at !== rowCount) throw new Error(`unreachable: ${at} of ${rowCount} rows of a range were read`)
      if (!classes) return [{ name: 'prediction', kind: 'number', values: scores }]
      return [
        { name: 'prediction', kind: 'text', codes, categories: classes },
        { name: 'score', kind: 'number', values: scores },
        ...classes.map(
          (name, k): AddedColumn => ({ name: probabilityName(name), kind: 'number', values: probabilities[k]! }),
        ),
      ]
    },
  }
}

const columnsFor = (rowCount: number, classes: readonly string[] | undefined) => ({
  scores: new Float32Array(rowCount),
  codes: new Int32Array(classes ? rowCount : 0),
  probabilities: (classes ?? []).map(() => new Float32Array(rowCount)),
})

/** From rows of classes to a column per class. */
function unravel(rows: Float32Array, columns: readonly Float32Array[], at: number): void {
  const width = columns.length
  for (let k = 0; k < width; k++) {
    const column = columns[k]!
    for (let row = at, from = k; from < rows.length; row++, from += width) column[row] = rows[from]!
  }
}
