import type { ErrorBody } from '@regia/core'
import type { MlflowModelFolder } from '../mlflow/package-mlflow-model.ts'
import type { OnnxFile } from '../onnx-file/package-onnx-file.ts'

/** A folder of MLflow's, or an ONNX file by itself. */
export type ForeignModel = ({ readonly kind: 'mlflow' } & MlflowModelFolder) | ({ readonly kind: 'onnx' } & OnnxFile)

export type ToPackager = ForeignModel & { readonly outputPath: string }

export type FromPackager =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: ErrorBody | { readonly message: string } }
