export * from './archive/index.ts'
export * from './batch/index.ts'
export { type PackageInChildOptions, packageInChild } from './foreign/child/package-in-child.ts'
export type { ArchiveToWrite, ForeignModel, PackagedModel, ToPackager } from './foreign/child/package-messages.ts'
export { type OnnxFile, packageOnnxFile } from './foreign/onnx-file/package-onnx-file.ts'
export { type PackageOnnxOptions, packageOnnx } from './foreign/package-onnx.ts'
export { inputBatches } from './input-batch.ts'
export {
  type OpenedPackage,
  type PackageContents,
  packAnsweredBy,
  packModel,
  readModelPackage,
} from './model-package.ts'
export type * from './model-session.ts'
export { type OpenModelOptions, openModel } from './open-model.ts'
export { type OptimiseInChildOptions, optimiseInChild } from './optimise/optimise-in-child.ts'
export type { ToOptimiser } from './optimise/optimise-messages.ts'
export { type OptimisedPackage, type OptimisePackageOptions, optimisePackage } from './optimise/optimise-package.ts'
export { toPredictions } from './predictions.ts'
export * from './row-files/index.ts'
export { ModelThreads, type ModelThreadsOptions, sharedModelThreads, warmRuntime } from './threads/index.ts'
export { openUpstream, packageUpstream, type ReadSecret, type UpstreamToPackage } from './upstream/index.ts'
export {
  measureParity,
  type WriteModelPackageOptions,
  type WrittenModelPackage,
  writeModelPackage,
} from './write-model-package.ts'
