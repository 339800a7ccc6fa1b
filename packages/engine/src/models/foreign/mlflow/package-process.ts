import { writeFile } from 'node:fs/promises'
import { RegiaError } from '@regia/core'
import type { FromPackager, ToPackager } from './package-messages.ts'
import { packageMlflowModel } from './package-mlflow-model.ts'

/** A child process that packages one model: what the file of a stranger does to memory or process happens here. */

async function answer({ outputPath, ...folder }: ToPackager): Promise<FromPackager> {
  try {
    await writeFile(outputPath, await packageMlflowModel(folder))
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
