import type { ModelPackage, Row, Signature, Table } from '@regia/core'

/** The values of one input for n rows, in the element type that the graph wants. */
export type InputValues = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[]

/** One entry per input of the signature, in its order. */
export type InputColumns = readonly InputValues[]

export type Predictions = {
  readonly rowCount: number
  /** Shape (rowCount,): probability of the positive class; of the predicted class where there is no positive one; the value of a regression. */
  readonly scores: Float32Array
  /** Shape (rowCount, classes), row-major; absent for a regression. */
  readonly probabilities?: Float32Array
  /** Shape (rowCount,): the predicted class as its place in `signature.classes`; absent for a regression. */
  readonly classes?: Int32Array
}

export type SelfTestResult = { readonly maxError: number; readonly rowCount: number }

/** A loaded model that answers. */
export type ModelSession = {
  readonly manifest: ModelPackage
  readonly signature: Signature
  /** Turns JSON rows into inputs. @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE` naming field and row. */
  readonly toInputs: (rows: readonly Row[]) => InputColumns
  /** The online path: one call of the graph over inputs that were validated before, on this thread. */
  readonly predictInputs: (inputs: InputColumns, rowCount: number) => Promise<Predictions>
  readonly predictRows: (rows: readonly Row[]) => Promise<Predictions>
  /** The batch path: in chunks, and above some thousand rows on another thread. */
  readonly predictTable: (table: Table) => Promise<Predictions>
  /** Answers the package's example. @throws RegiaError `MODEL_SELF_TEST_FAILED` when it differs from what was packaged. */
  readonly selfTest: () => Promise<SelfTestResult>
  /** Frees it, after the calls that are under way. Later calls fail with `UNAVAILABLE`. */
  readonly close: () => Promise<void>
}
