import type { ArchiveRecord, ErrorBody } from '@regia/core'
import type { MlflowModelFolder } from '../mlflow/package-mlflow-model.ts'
import type { OnnxFile } from '../onnx-file/package-onnx-file.ts'

/** A folder of MLflow's, an ONNX file by itself, or a package that another home wrote. */
export type ForeignModel =
  | ({ readonly kind: 'mlflow' } & MlflowModelFolder)
  | ({ readonly kind: 'onnx' } & OnnxFile)
  | { readonly kind: 'package'; readonly path: string }

/** A version that leaves its home. */
export type ArchiveToWrite = { readonly kind: 'archive'; readonly path: string; readonly record: ArchiveRecord }

export type ToPackager = (ForeignModel | ArchiveToWrite) & { readonly outputPath: string }

/** What a package brought along of the registry that it came from. */
export type PackagedModel = { readonly record?: ArchiveRecord }

export type FromPackager =
  | ({ readonly kind: 'done' } & PackagedModel)
  | { readonly kind: 'failed'; readonly error: ErrorBody | { readonly message: string } }
