import { readFile, writeFile } from 'node:fs/promises'
import { RegiaError } from '@regia/core'
import { importPackage, writePackageArchive } from '../../archive/index.ts'
import { packageMlflowModel } from '../mlflow/package-mlflow-model.ts'
import { packageOnnxFile } from '../onnx-file/package-onnx-file.ts'
import type { FromPackager, PackagedModel, ToPackager } from './package-messages.ts'

/** A child process that packages one model: what the file of a stranger does to memory or process happens here. */

type Written = PackagedModel & { readonly bytes: Uint8Array }

async function write(request: ToPackager): Promise<Written> {
  if (request.kind === 'mlflow') return { bytes: await packageMlflowModel(request) }
  if (request.kind === 'onnx') return { bytes: await packageOnnxFile(request) }
  const content = await readFile(request.path)
  return request.kind === 'archive' ? { bytes: writePackageArchive(content, request.record) } : importPackage(content)
}

async function answer(request: ToPackager): Promise<FromPackager> {
  try {
    const { bytes, ...rest } = await write(request)
    await writeFile(request.outputPath, bytes)
    return { kind: 'done', ...rest }
  } catch (error) {
    return { kind: 'failed', error: error instanceof RegiaError ? error.toBody() : { message: String(error) } }
  }
}

process.once('message', (request: ToPackager) => {
  void answer(request).then((reply) => process.send?.(reply, undefined, {}, () => process.disconnect()))
})
// Ctrl-C reaches the whole process group; the parent decides when work is over.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
