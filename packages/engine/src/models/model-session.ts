import type { ModelPackage, Row, Signature, Table } from '@regia/core'

/** The values of one input for n rows, in the element type that the graph wants. */
export type InputValues = Float32Array | BigInt64Array | Uint8Array | readonly string[]

/** One entry per input of the signature, in its order. */
export type InputColumns = readonly InputValues[]

/** Rows on their way into a graph. Requests that arrive together become one batch: each appends its rows and keeps the place of its first. */
export type InputBatch = {
  readonly rowCount: number
  /**
   * Adds rows, all or none.
   *
   * @param at - Event time, for those that ask others with it.
   * @returns The place of the first of them.
   * @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE` naming field and row; the batch is then as it was.
   */
  readonly append: (rows: readonly Row[], at?: number) => number
  /** What the graph is fed with; valid until the next `append` or `clear`. */
  readonly columns: () => InputColumns
  /** Empties it for the next batch, keeping its memory. Not before the prediction has answered. */
  readonly clear: () => void
}

export type Predictions = {
  readonly rowCount: number
  /** Shape (rowCount,): probability of the positive class; of the predicted class where there is no positive one; the value of a regression. */
  readonly scores: Float32Array
  /** Shape (rowCount, classes), row-major; absent for a regression. */
  readonly probabilities?: Float32Array
  /** Shape (rowCount,): the predicted class as its place in `signature.classes`; absent for a regression. */
  readonly classes?: Int32Array
}

export type SelfTestResult = {
  readonly maxError: number
  readonly rowCount: number
  /** Why several rows must not be asked at once, where they get other answers together than each by itself; else absent. */
  readonly unsafeBatching?: string
}

/** Predictions and how long the graph took, without the way to a thread and back. */
export type TimedPredictions = { readonly predictions: Predictions; readonly runMs: number }

/** A loaded model that answers. */
export type ModelSession = {
  readonly manifest: ModelPackage
  readonly signature: Signature
  /** Whether it is in memory, for one that is loaded when asked; absent for one that always is. */
  readonly isLoaded?: boolean
  /** So many batches may be under way at once, for one whose answers come from elsewhere; absent for one that computes. */
  readonly atOnce?: number
  /** Whether each request is passed on as it came, since those who answer batch by themselves. */
  readonly passesOn?: boolean
  /** Whether nobody waits for it to be ready: its first request may load it. */
  readonly isDeferred?: boolean
  /** Makes an empty batch for the online path. */
  readonly createBatch: () => InputBatch
  /** The online path: one call of the graph over rows that were validated when they were appended, on this thread. */
  readonly predictBatch: (batch: InputBatch) => Promise<Predictions>
  /**
   * The same on a thread of the pool: this one stays free. The batch must stay as it is until the answer, since a thread that dies over it
   * is replaced and the batch asked again. @throws RegiaError `UNAVAILABLE` when that one died, too.
   */
  readonly predictInThread: (batch: Pick<InputBatch, 'columns' | 'rowCount'>) => Promise<TimedPredictions>
  /** Frees the graph's copies in the threads, or the one here; it is loaded again when asked there. */
  readonly unload: (where: 'here' | 'threads') => Promise<void>
  /** The same over columns. */
  readonly predictInputs: (inputs: InputColumns, rowCount: number) => Promise<Predictions>
  /** Validates and answers JSON rows. @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE` naming field and row. */
  readonly predictRows: (rows: readonly Row[]) => Promise<Predictions>
  /** The batch path: in chunks, and above some thousand rows on another thread. */
  readonly predictTable: (table: Table) => Promise<Predictions>
  /**
   * Answers the package's example: row by row, together, in another order and several times over. Where only the answers of rows asked
   * together are wrong, it passes and says so. @throws RegiaError `MODEL_SELF_TEST_FAILED` when it differs from what was packaged.
   */
  readonly selfTest: (where?: 'here' | 'threads') => Promise<SelfTestResult>
  /** Frees it, after the calls that are under way. Later calls fail with `UNAVAILABLE`. */
  readonly close: () => Promise<void>
}
