import type { ModelPackage } from '@regia/core'

/** `model.json` of the folder: what the page knows of its model besides the graph. */
export type PageModel = Pick<ModelPackage, 'signature' | 'example'> & {
  readonly model: string
  readonly version: number
  /** Of the whole model package. */
  readonly packageDigest: string
  readonly regia: string
}

/** Names of the files beside the program. */
export const PAGE_FILES = {
  model: 'model.json',
  graph: 'model.onnx',
  runtime: 'ort-wasm-simd-threaded.wasm',
} as const
