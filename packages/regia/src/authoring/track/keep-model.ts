import { type ModelOptions, modelFiles, ONNX_FILE } from '../../tracking/model-folder.ts'
import { type Upload, uploadOf } from '../../tracking/upload.ts'
import { assertOnnx } from './assert-onnx.ts'

/** Keeps an ONNX file with what it takes to register and load it. @throws RegiaError `MODEL_INVALID`, `NOT_FOUND`, `INVALID_INPUT`. */
export async function keepModel(
  upload: (file: Upload) => Promise<void>,
  runId: string,
  path: string,
  options: ModelOptions,
): Promise<void> {
  const folder = options.name ?? 'model'
  const files = modelFiles(runId, Date.now(), options)
  await assertOnnx(path)
  await upload(uploadOf(path, `${folder}/${ONNX_FILE}`))
  for (const [name, content] of files) await upload({ path: `${folder}/${name}`, content })
}
