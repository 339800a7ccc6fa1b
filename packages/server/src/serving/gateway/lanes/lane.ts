import type { InputBatch, ModelSession, Predictions } from '@regia/engine'
import { predictInPieces } from './pieces.ts'

/** Where and how a version computes. */
export type Lane = {
  readonly name: 'inline' | 'worker'
  /** Rows that requests may share a batch up to; one means that no two rows may be asked together. */
  readonly batchRows: number
  /** Batches under way at once; what arrives meanwhile is the next one. */
  readonly atOnce: number
  /** Answers a batch, of more than `batchRows` rows in pieces. */
  readonly run: (batch: InputBatch) => Promise<Predictions>
}

type LaneSession = Pick<ModelSession, 'predictBatch' | 'predictInputs' | 'predictInThread'>

/**
 * On the thread that takes the requests: no way to another thread and back, which costs more than a small model.
 *
 * @param large - Answers a request that is larger than a batch; in pieces on this thread where absent.
 */
export const inlineLane = (session: LaneSession, batchRows: number, large?: Lane): Lane => ({
  name: 'inline',
  batchRows,
  atOnce: Number.POSITIVE_INFINITY,
  run: (batch) => {
    if (batch.rowCount <= batchRows) return session.predictBatch(batch)
    if (large) return large.run(batch)
    return predictInPieces(batch, batchRows, ({ columns, rowCount }) => session.predictInputs(columns(), rowCount))
  },
})

/** To others, each request as it came: no batch is shared, and none waits for another. */
export const passingLane = (session: LaneSession): Lane => ({
  name: 'inline',
  batchRows: 0,
  atOnce: Number.POSITIVE_INFINITY,
  run: (batch) => session.predictBatch(batch),
})

/** On the threads of the pool: a slow model, or a large request, holds up nobody but itself. */
export const workerLane = (session: LaneSession, batchRows: number, atOnce: number): Lane => ({
  name: 'worker',
  batchRows,
  atOnce,
  run: async (batch) => {
    const run = async (piece: Pick<InputBatch, 'columns' | 'rowCount'>) =>
      (await session.predictInThread(piece)).predictions
    return batch.rowCount <= batchRows ? run(batch) : predictInPieces(batch, batchRows, run)
  },
})
