export { type PackageInChildOptions, packageMlflowModelInChild } from './foreign/mlflow/package-in-child.ts'
export type { ToPackager } from './foreign/mlflow/package-messages.ts'
export { type PackageOnnxOptions, packageOnnx } from './foreign/package-onnx.ts'
export { inputBatches } from './input-batch.ts'
export { type OpenedPackage, type PackageContents, packModel, readModelPackage } from './model-package.ts'
export type * from './model-session.ts'
export { openModel } from './open-model.ts'
export { type ScoreFileRequest, type ScoreFileResult, scoreFile } from './score-file.ts'
export {
  measureParity,
  type WriteModelPackageOptions,
  type WrittenModelPackage,
  writeModelPackage,
} from './write-model-package.ts'
