import { resolve } from 'node:path'
import { parsePlatform } from '@regia/engine'
import { makeBundle, readModelSource, writeBundle } from '../../bundles/index.ts'
import type { Action } from '../command.ts'
import { formatBytes } from './format.ts'

type BundleInput = {
  model: string
  to: string
  out: string
  platform: string
  name: string | undefined
  version: number
  set: readonly string[]
}

export const bundle: Action<BundleInput> = async (input, context) => {
  const platform = parsePlatform(input.platform)
  const model = await readModelSource({ ...input, workingDir: context.workingDir, connect: () => context.connect() })
  const files = await makeBundle({ model, target: input.to, platform, settings: input.set })
  const out = resolve(context.workingDir, input.out)
  const { sizeBytes, fileCount } = await writeBundle(out, files)
  const { style } = context.output
  const { name, version, digest } = model
  context.output.result(
    { model: name, version, packageDigest: digest, target: input.to, platform, out, sizeBytes, fileCount },
    () =>
      `${style.green('✓')} ${name} version ${version} for ${input.to} in ${input.out}: ${fileCount} files, ${formatBytes(sizeBytes)}. Read ${input.out}/README.md.`,
  )
}
