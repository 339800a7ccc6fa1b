import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Action } from '../command.ts'
import { formatNumber } from './format.ts'
import { parseModelReference } from './model-reference.ts'

export const score: Action<{ model: string; in: string; out: string }> = async (input, context) => {
  const { model, version } = parseModelReference(input.model)
  const { client } = await context.connect()
  const found = await client.models.version(model, version)
  const folder = await mkdtemp(join(tmpdir(), 'regia-score-'))
  try {
    const packagePath = join(folder, 'model.zip')
    await writeFile(packagePath, await client.blobs.read(found.packageDigest))
    const { scoreFile } = await import('@regia/engine')
    const inputPath = resolve(context.workingDir, input.in)
    const outputPath = resolve(context.workingDir, input.out)
    const progress = context.output.progress('score')
    const { rowCount } = await scoreFile({
      packagePath,
      inputPath,
      outputPath,
      onProgress: ({ fraction, message }) => progress.update(fraction, message),
    })
    progress.clear()
    const { style } = context.output
    context.output.result(
      { model, version: found.version, rowCount, out: outputPath },
      () =>
        `${style.green('✓')} ${formatNumber(rowCount)} rows scored by ${model} version ${found.version} into ${input.out}.`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
