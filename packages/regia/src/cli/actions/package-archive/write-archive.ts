import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Action } from '../../command.ts'
import { formatBytes } from '../format.ts'
import { parseModelReference } from '../model-reference.ts'

export const writeArchive: Action<{ model: string; out: string | undefined }> = async (input, context) => {
  const { model, version: which } = parseModelReference(input.model)
  const { client } = await context.connect()
  const { output } = context
  const { version } = await client.models.version(model, which)
  const bytes = await output.waiting(`packaging ${input.model}`, client.models.archive(model, version))
  const path = resolve(context.workingDir, input.out ?? `${model.replace(/[^\w.-]+/g, '-')}-${version}.zip`)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  const { hashBytes } = await import('@regia/engine')
  const result = { model, version, out: path, digest: hashBytes(bytes), sizeBytes: bytes.byteLength }
  output.result(result, () =>
    [
      `${output.style.green('✓')} ${model} version ${version} is in ${path} (${formatBytes(bytes.byteLength)})`,
      `  ${output.style.dim(result.digest)}`,
    ].join('\n'),
  )
}
