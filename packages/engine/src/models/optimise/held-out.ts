import {
  classNameAt,
  getColumn,
  labelledRows,
  type Outcome,
  outcomeOf,
  RegiaError,
  type Signature,
  type Table,
  takeRows,
} from '@regia/core'
import type { Predictions } from '../model-session.ts'
import type { LoadedGraph } from '../onnx-graph.ts'
import { spaced } from '../package-contents.ts'

/** More would cost minutes and tell nothing. */
const MAX_ROWS = { judged: 100_000, chosen: 20_000 } as const
/** With fewer no interval of a score means anything. */
const MIN_ROWS = 50

/** Held-out rows with a label. Where something is chosen by them, every second one is kept for that and not judged on. */
export type HeldOutRows = { readonly judged: Table; readonly chosen: Table | undefined }

/** @throws RegiaError `COLUMN_MISSING` without the target; `DATA_EMPTY` with too few rows that have a label. */
export function splitHeldOut(table: Table, { target }: Signature, isChosenBy: boolean): HeldOutRows {
  const labelled = labelledRows(getColumn(table, target), table.rowCount)
  const parts = isChosenBy ? 2 : 1
  if (labelled.length < MIN_ROWS * parts) {
    throw new RegiaError(
      'DATA_EMPTY',
      `${labelled.length} held-out rows have a value in "${target}"; ${MIN_ROWS * parts} are needed to judge by.`,
      { where: target, hint: 'Name a dataset or file with more labelled rows that the model was not trained on.' },
    )
  }
  if (!isChosenBy) return { judged: spaced(takeRows(table, labelled), MAX_ROWS.judged), chosen: undefined }
  const every = (remainder: number) =>
    takeRows(
      table,
      labelled.filter((_, i) => i % 2 === remainder),
    )
  return { judged: spaced(every(1), MAX_ROWS.judged), chosen: spaced(every(0), MAX_ROWS.chosen) }
}

/** What a graph says of held-out rows, beside the truth. */
export async function answerHeldOut(
  { runTable }: Pick<LoadedGraph, 'runTable'>,
  table: Table,
  { target, classes, positive }: Signature,
): Promise<{ readonly outcome: Outcome; readonly predictions: Predictions }> {
  const predictions = await runTable(table)
  const { probabilities, scores } = predictions
  assertNumbers(probabilities ?? scores, table.rowCount)
  const output = probabilities ? { probabilities } : { values: scores }
  const outcome = outcomeOf(table, output, { target, classes, positive })
  assertKnownClasses(outcome, table, target)
  return { outcome, predictions }
}

/** Of NaN there is no score. */
function assertNumbers(values: Float32Array, rowCount: number): void {
  const missing = values.findIndex(Number.isNaN)
  if (missing < 0) return
  const row = Math.floor(missing / (values.length / rowCount))
  throw new RegiaError('MODEL_INVALID', 'The graph answers a held-out row with NaN, so it has no score.', {
    where: `row ${row}`,
    hint: 'Leave out rows with values that the model does not take; if they are sound, this optimisation is not for this model.',
  })
}

/** Labels under other names than the model's would make any score meaningless. */
function assertKnownClasses(outcome: Outcome, table: Table, target: string): void {
  if (outcome.task === 'regression' || outcome.actual.some((label) => label >= 0)) return
  throw new RegiaError('INVALID_INPUT', `No held-out row is of a class that the model knows.`, {
    where: target,
    hint: `Its classes are ${outcome.classes.join(', ')}; the rows say ${classNameAt(getColumn(table, target), 0)}.`,
  })
}
