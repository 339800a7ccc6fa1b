import type { ErrorBody, Signature } from '@regia/core'
import type { DataEngineOptions } from '../../data/index.ts'
import type { RangeColumn, RowRange } from '../../data/row-ranges/index.ts'

/** A range of rows and the file that its result goes to. */
export type ScoringPart = {
  readonly place: number
  readonly range: RowRange
  /** Rows of it in each of the input's row groups that it touches, in order. */
  readonly groupRows: readonly number[]
  readonly outputPath: string
}

/** What all parts of a scoring have in common. */
export type ScoringWork = {
  readonly signature: Signature
  readonly inputPath: string
  readonly columns: readonly RangeColumn[]
  /** Columns of the input that stand beside the scores in a part that is text. */
  readonly keep: readonly string[]
  readonly outputFolder: string
  /** Rows that the graph is asked at once; 1 where it does not answer rows that are asked together as it does each alone. */
  readonly chunkRows: number
  readonly engine: Omit<DataEngineOptions, 'signal'>
}

export type ScoringThreadData = {
  readonly graph: Uint8Array
  readonly work: ScoringWork
  /** One number that all threads see: from 1 on they break off what they do. */
  readonly stop: Int32Array<SharedArrayBuffer>
}
export type ToScoringThread = { readonly kind: 'score'; readonly part: ScoringPart } | { readonly kind: 'end' }
export type FromScoringThread =
  | { readonly kind: 'rows'; readonly rowCount: number }
  | { readonly kind: 'done'; readonly place: number }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
