import type { ErrorBody, OptimisationReport } from '@regia/core'
import type { OptimiseRules } from './optimise-package.ts'

export type ToOptimiser = {
  /** The package of the model as it is. */
  readonly packagePath: string
  /** Where the new package goes if it pays. */
  readonly outputPath: string
  readonly rules: OptimiseRules
  /** Held-out rows; without a `name` Parquet, else in the format that the name's ending says. */
  readonly rows: { readonly path: string; readonly name?: string }
  /** What they are called in the report. */
  readonly source: string
  /** A folder for what is not needed afterwards; it is there. */
  readonly tempDir: string
  readonly seed: string
}

export type FromOptimiser =
  | { readonly kind: 'progress'; readonly fraction: number; readonly message: string }
  | { readonly kind: 'done'; readonly report: OptimisationReport }
  | { readonly kind: 'failed'; readonly error: ErrorBody | { readonly message: string } }
