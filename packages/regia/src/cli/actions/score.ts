import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { servable } from '@regia/core'
import type { Action } from '../command.ts'
import { formatNumber } from './format.ts'
import { parseModelReference } from './model-reference.ts'

export const score: Action<{ model: string; in: string; out: string }> = async (input, context) => {
  const { model: name, version } = parseModelReference(input.model)
  const { client } = await context.connect()
  const found = servable(await client.models.version(name, version))
  const { createDataEngine, openModel, scoreFile } = await import('@regia/engine')
  const folder = await mkdtemp(join(tmpdir(), 'regia-score-'))
  const engine = await createDataEngine({ tempDir: folder })
  const model = await openModel(await client.blobs.read(found.packageDigest))
  const progress = context.output.progress('score')
  try {
    const { rowCount } = await scoreFile({
      model,
      engine,
      inputPath: resolve(context.workingDir, input.in),
      outputPath: resolve(context.workingDir, input.out),
      onProgress: ({ fraction, message }) => progress.update(fraction, message),
      signal: context.signal,
    })
    progress.clear()
    const { style } = context.output
    context.output.result(
      { model: name, version: found.version, rowCount, out: resolve(context.workingDir, input.out) },
      () =>
        `${style.green('✓')} ${formatNumber(rowCount)} rows scored by ${name} version ${found.version} into ${input.out}.`,
    )
  } finally {
    await model.close()
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}
