import type { ColumnType } from '@regia/core'
import type { DataEngineOptions, IngestResult } from '../data-engine.ts'

/** Rows of a Parquet file, from `from` until before `until`. */
export type RowRange = { readonly from: number; readonly until: number }

/**
 * A column to read, in the element type of a tensor. Null is NaN, the smallest int64, or the empty text; a bool that may be null is read
 * as float32. Text of few values comes by its place in `dictionary`, and only once by its letters; `encoded` text as the number that
 * stands for it.
 */
export type RangeColumn = { readonly name: string; readonly type: ColumnType } & (
  | { readonly element: 'float32' | 'int64' | 'bool' }
  | { readonly element: 'text'; readonly dictionary?: readonly string[] }
  | {
      readonly element: 'encoded'
      readonly dictionary: readonly string[]
      /** For each value of the dictionary. */
      readonly encoded: Float32Array | BigInt64Array
    }
)

/** What is known of a file once it is ready to be read range by range. */
export type ReadyRows = {
  /** Whether the valid rows were brought into the staged file; else the source itself is read. */
  readonly isStaged: boolean
  readonly rowCount: number
  readonly columns: readonly string[]
  readonly ranges: readonly RowRange[]
  /** Rows of each row group, in order. */
  readonly groupRows: readonly number[]
  /** The values of each text column that has few. */
  readonly dictionaries: Readonly<Record<string, readonly string[]>>
  readonly quarantinedRowCount: number
  readonly reasons: IngestResult['reasons']
}

export type ReadyRowsRequest = {
  readonly options: DataEngineOptions
  readonly sourcePath: string
  /** The name to judge the format by, and to speak of in errors. */
  readonly sourceName: string
  /** What the columns that will be read must be; others may be anything. */
  readonly rules: readonly RangeRule[]
  /** A column that must have a value in every row, whatever it holds. */
  readonly notNull?: string
  /** Where valid rows go when the file cannot be read as it is, as Parquet. */
  readonly stagedPath: string
  /** Where broken rows go, as Parquet; without one a broken row is an error. */
  readonly quarantinePath: string | undefined
  /** Whether columns will be taken over as they lie; what cannot be is brought into the staged file as well. */
  readonly isCopied: boolean
  /** About so many rows make a range. */
  readonly rangeRows: number
}

export type RangeRule = {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly minimum?: number
  readonly maximum?: number
}
