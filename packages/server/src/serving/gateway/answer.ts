import type { Row, ServedBy, Signature } from '@regia/core'
import type { Predictions } from '@regia/engine'

/** The version that answered, as replies speak of it. */
export type ServedVersion = { readonly model: string; readonly version: number; readonly signature: Signature }

/** What a request gets: rows `from` to `from + count` of a batch, with the ids under which they stand in the log. */
export type Answer = {
  readonly served: ServedVersion
  readonly predictions: Predictions
  readonly from: number
  readonly count: number
  readonly ids: readonly string[]
  /** By row, where versions other than `served` answered some of them. */
  readonly versions?: readonly number[]
  /** What answered in place of the version, and why. */
  readonly servedBy?: ServedBy
  readonly degraded?: string
  /** Below this probability of the most probable class a label is "undecided". */
  readonly abstainBelow?: number
  /** How many of the most probable classes the answer lists. */
  readonly topK?: number
}

/** A request on its way through the gateway. Exactly one of `done` and `fail` is called, once, after the log was written. */
export type PredictCall = {
  readonly rows: readonly Row[]
  /** The JSON of its only row, as it came: what the log keeps without writing it anew. */
  readonly rowText?: string | undefined
  /** Event time, milliseconds since 1970. */
  readonly at: number
  /** The version that the caller chose by hand. */
  readonly version?: number | undefined
  /** Chosen by hand, or answered in place of another version: it counts for no release. */
  readonly isOutOfRelease?: boolean
  /** What answers it, where that is not the version itself. */
  readonly servedBy?: ServedBy
  /** `performance.now()` when the request arrived. */
  readonly receivedAt: number
  /** `performance.now()` by which it must have been begun; where absent the endpoint's own limit counts from its arrival. */
  readonly deadlineAt?: number | undefined
  /** Answered from what the version answered before to the same rows. */
  readonly isCached?: boolean
  /** Whether nobody waits for the answer any more. Asked right before it is computed. */
  readonly isGone?: () => boolean
  readonly done: (answer: Answer) => void
  readonly fail: (error: unknown) => void
}

/** The request with other rows. */
export const withRows = (call: PredictCall, rows: readonly Row[]): PredictCall => ({
  ...call,
  rows,
  rowText: undefined,
})

/** The predicted class of a row of a batch; `undefined` for a regression. */
export function labelOf(signature: Signature, predictions: Predictions, row: number): string | undefined {
  const place = predictions.classes?.[row]
  return place === undefined ? undefined : signature.classes?.[place]
}
