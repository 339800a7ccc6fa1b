import { type ErrorBody, RegiaError } from '@regia/core'
import { type BuildIndexRequest, buildIndex } from './build-index.ts'

/** A child process that builds one index: sorting millions of keys is no work for the process that answers. */

export type FromBuilder = { readonly error?: ErrorBody }

async function answer(request: BuildIndexRequest): Promise<FromBuilder> {
  try {
    await buildIndex(request)
    return {}
  } catch (error) {
    const known = error instanceof RegiaError ? error : new RegiaError('INTERNAL', String(error))
    return { error: known.toBody() }
  }
}

process.once('message', (request: BuildIndexRequest) => {
  void answer(request).then((reply) => process.send?.(reply, undefined, {}, () => process.disconnect()))
})
// Ctrl-C reaches the whole process group; the parent decides when work is over.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
