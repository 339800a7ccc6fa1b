import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RegiaError } from '@regia/core'
import type { Action } from '../../command.ts'
import { EXIT } from '../../exit-codes.ts'

export const verifyArchive: Action<{ file: string }> = async (input, context) => {
  const path = resolve(context.workingDir, input.file)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new RegiaError('NOT_FOUND', `There is no file "${path}".`, {
      where: input.file,
      hint: 'Name a package: "regia models package MODEL@ALIAS --out FILE" writes one.',
      cause,
    })
  })
  const { findArchiveFaults, hashBytes } = await import('@regia/engine')
  const { faults, notes, selfTest, opened } = await findArchiveFaults(new Uint8Array(bytes))
  const { output } = context
  const { style } = output
  const result = {
    isSound: faults.length === 0,
    faults,
    notes,
    ...(selfTest && { selfTest }),
    ...(opened && { model: opened.manifest.model, version: opened.manifest.version }),
    digest: hashBytes(bytes),
  }
  output.result(result, () =>
    [
      faults.length === 0
        ? `${style.green('✓')} ${input.file} is sound: ${opened?.manifest.model} version ${opened?.manifest.version}, ${opened?.files.size} files, its example answered ${exactness(selfTest?.maxError)}, as one batch and row by row`
        : `${style.red('✗')} ${input.file} is not sound`,
      ...faults.map(({ kind, message }) => `  ${style.red(kind.padEnd(9))} ${message}`),
      ...notes.map((note) => `  ${style.dim('note')}      ${note}`),
    ].join('\n'),
  )
  return faults.length === 0 ? EXIT.ok : EXIT.failed
}

const exactness = (maxError: number | undefined): string =>
  maxError ? `within ${maxError.toExponential(1)}` : 'exactly'
