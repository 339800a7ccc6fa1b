import type { ErrorBody } from '@regia/core'
import type { RowFormat } from '@regia/engine'

/** The name of the worker that scores files; the same program runs in it. */
export const WORKER_NAME = 'regia-score-file'

export type ToWorker = { readonly file: Blob; readonly format: RowFormat }

export type FromWorker =
  | { readonly kind: 'progress'; readonly readBytes: number; readonly rowCount: number }
  | { readonly kind: 'done'; readonly result: Blob; readonly rowCount: number; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
