import { writeFile } from 'node:fs/promises'
import { RegiaError } from '@regia/core'
import { packageMlflowModel } from '../mlflow/package-mlflow-model.ts'
import { packageOnnxFile } from '../onnx-file/package-onnx-file.ts'
import type { ForeignModel, FromPackager, ToPackager } from './package-messages.ts'

/** A child process that packages one model: what the file of a stranger does to memory or process happens here. */

const packageOf = (model: ForeignModel): Promise<Uint8Array> =>
  model.kind === 'mlflow' ? packageMlflowModel(model) : packageOnnxFile(model)

async function answer({ outputPath, ...model }: ToPackager): Promise<FromPackager> {
  try {
    await writeFile(outputPath, await packageOf(model))
    return { kind: 'done' }
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
