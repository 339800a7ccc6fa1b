import type { ErrorBody } from '@regia/core'
import type { MlflowModelFolder } from './package-mlflow-model.ts'

export type ToPackager = MlflowModelFolder & { readonly outputPath: string }

export type FromPackager =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: ErrorBody | { readonly message: string } }
