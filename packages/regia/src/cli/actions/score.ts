import { resolve } from 'node:path'
import { RegiaError, type ScoringJobProgress, servable } from '@regia/core'
import type { ScoreFileRequest, ScoreFileResult } from '@regia/engine'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { formatNumber } from './format.ts'
import { parseModelReference } from './model-reference.ts'
import { oneOf } from './one-of.ts'
import { findScoringInput } from './scoring-input.ts'

export type ScoreInput = {
  model: string
  in: string
  out: string | undefined
  columns: string | undefined
  key: string | undefined
  onBadRow: string
  resume: boolean
  threads: number | undefined
  detach: boolean
}

export const score: Action<ScoreInput> = async (input, context) => {
  if (input.detach) return (await import('./score-detached.ts')).scoreDetached(input, context)
  if (input.out === undefined) throw noOutput()
  const { model: name, version } = parseModelReference(input.model)
  const { client } = await context.connect()
  const found = servable(await client.models.version(name, version))
  const { readModelPackage } = await import('@regia/engine')
  const model = readModelPackage(await client.blobs.read(found.packageDigest))
  const source = await findScoringInput(client, input.in, context.workingDir)
  const out = resolve(context.workingDir, input.out)
  const result = await scoreHere({ model, outputPath: out, ...source.input }, input, context).finally(source.close)
  const { style } = context.output
  context.output.result({ model: name, version: found.version, out, ...result }, () => {
    const aside = result.quarantinedRowCount
    const scored = `${style.green('✓')} ${formatNumber(result.rowCount)} rows scored by ${name} version ${found.version} into ${input.out}.`
    if (aside === 0) return scored
    return `${scored}\n${style.yellow('▲')} ${formatNumber(aside)} rows could not be scored: ${result.quarantinePath} says why.`
  })
}

const noOutput = (): RegiaError =>
  new RegiaError('INVALID_INPUT', 'Where the result goes is not said.', {
    where: '--out',
    hint: 'Add --out FILE, such as --out scored.parquet.',
  })

/** In this process, with a bar. */
async function scoreHere(
  request: ScoreFileRequest,
  { columns, key, onBadRow, resume, threads }: ScoreInput,
  { output, signal }: Context,
): Promise<ScoreFileResult> {
  const { scoreFile } = await import('@regia/engine')
  const progress = output.progress('score')
  const result = await scoreFile({
    ...request,
    onBadRow: oneOf('--on-bad-row', ['fail', 'quarantine'], onBadRow),
    resume,
    ...(columns !== undefined && { columns: columns.split(',').map((column) => column.trim()) }),
    ...(key !== undefined && { key }),
    ...(threads !== undefined && { threads }),
    onProgress: (now) => progress.update(now.fraction, progressText(now)),
    signal,
  })
  progress.clear()
  return result
}

/** Such as "1,200,000 of 10,000,000 rows, 480,000 rows/s, 18 s left". */
export function progressText({ phase, rowsDone, rowCount, rowsPerSecond, secondsLeft }: ScoringJobProgress): string {
  if (phase === 'waiting') return 'about to begin'
  if (phase === 'reading' || rowCount === undefined) return 'reading the file'
  if (phase === 'joining') return 'writing the result'
  const speed = rowsPerSecond === undefined ? '' : `, ${formatNumber(Math.round(rowsPerSecond))} rows/s`
  const left = secondsLeft === undefined ? '' : `, ${leftText(secondsLeft)} left`
  return `${formatNumber(rowsDone)} of ${formatNumber(rowCount)} rows${speed}${left}`
}

function leftText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
