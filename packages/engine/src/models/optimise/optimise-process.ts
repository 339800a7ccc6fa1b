import { readFile, writeFile } from 'node:fs/promises'
import { createRng, RegiaError } from '@regia/core'
import { readModelPackage } from '../model-package.ts'
import type { FromOptimiser, ToOptimiser } from './optimise-messages.ts'
import { optimisePackage } from './optimise-package.ts'
import { readHeldOut } from './read-held-out.ts'

/** A child process that makes one model smaller or faster: its timings are not disturbed by what the server does, nor the server by it. */

const send = (message: FromOptimiser) => process.send?.(message)

async function answer(request: ToOptimiser): Promise<FromOptimiser> {
  const { packagePath, outputPath, rules, source, seed } = request
  try {
    const opened = readModelPackage(await readFile(packagePath))
    const { report, bytes } = await optimisePackage(opened, {
      ...{ rules, source, rng: createRng(seed) },
      heldOut: await readHeldOut(request, opened.manifest.signature),
      onProgress: (fraction, message) => send({ kind: 'progress', fraction, message }),
    })
    if (bytes) await writeFile(outputPath, bytes)
    return { kind: 'done', report }
  } catch (error) {
    return { kind: 'failed', error: error instanceof RegiaError ? error.toBody() : { message: String(error) } }
  }
}

process.once('message', (request: ToOptimiser) => {
  void answer(request).then((reply) => process.send?.(reply, undefined, {}, () => process.disconnect()))
})
// Ctrl-C reaches the whole process group; the parent decides when work is over.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
