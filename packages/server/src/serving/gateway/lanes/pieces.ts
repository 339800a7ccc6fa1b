import { setImmediate as nextTurn } from 'node:timers/promises'
import type { InputBatch, InputColumns, Predictions } from '@regia/engine'

type Piece = Pick<InputBatch, 'columns' | 'rowCount'>

/** Answers many rows piece by piece, with a turn for others after each. */
export async function predictInPieces(
  batch: Piece,
  pieceRows: number,
  predict: (piece: Piece) => Promise<Predictions>,
): Promise<Predictions> {
  const columns = batch.columns()
  const pieces: Predictions[] = []
  for (let from = 0; from < batch.rowCount; from += pieceRows) {
    const until = Math.min(from + pieceRows, batch.rowCount)
    pieces.push(await predict({ columns: () => sliceColumns(columns, from, until), rowCount: until - from }))
    await nextTurn()
  }
  return joinPredictions(pieces, batch.rowCount)
}

const sliceColumns = (columns: InputColumns, from: number, until: number): InputColumns =>
  columns.map((values) => values.slice(from, until))

/** Several predictions one after another, as one. */
export function joinPredictions(pieces: readonly Predictions[], rowCount: number): Predictions {
  const probabilities = pieces.flatMap((piece) => piece.probabilities ?? [])
  const classes = pieces.flatMap((piece) => piece.classes ?? [])
  return {
    rowCount,
    scores: joined(
      pieces.map(({ scores }) => scores),
      (length) => new Float32Array(length),
    ),
    ...(probabilities.length > 0 && { probabilities: joined(probabilities, (length) => new Float32Array(length)) }),
    ...(classes.length > 0 && { classes: joined(classes, (length) => new Int32Array(length)) }),
  }
}

function joined<Values extends Float32Array | Int32Array>(
  parts: readonly Values[],
  make: (length: number) => Values,
): Values {
  const whole = make(parts.reduce((sum, part) => sum + part.length, 0))
  let place = 0
  for (const part of parts) {
    whole.set(part, place)
    place += part.length
  }
  return whole
}
