import { availableParallelism } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { canonicalJson, RegiaError, type Signature } from '@regia/core'
import { hashBytes, hashFile } from '../../blobs/index.ts'
import { namesHint } from '../../data/index.ts'
import { type RangeRule, readyRows } from '../../data/row-ranges/index.ts'
import { scoreNames } from './gather-scores.ts'
import type { ScoreFileRequest } from './score-file.ts'
import type { ScoringIdentity, ScoringRows } from './work-folder.ts'

/** A part is one range of rows and one file. */
const PART_ROWS = 122_880
/** From here on a number rounds to infinity as a 32-bit float. */
const FLOAT32_MAXIMUM = 3.4028235677973362e38
const MEMORY_MB = 512

/** What the result depends on. */
export async function identityOf(request: ScoreFileRequest): Promise<ScoringIdentity> {
  const { model, inputPath, outputPath, inputDigest, key, columns, onBadRow = 'fail' } = request
  return {
    input: inputDigest ?? (await hashInput(inputPath)),
    model: hashBytes(Buffer.from(canonicalJson(model.manifest))),
    format: extname(outputPath).toLowerCase(),
    ...(key !== undefined && { key }),
    ...(columns && { columns }),
    onBadRow,
  }
}

/** Judges the input's rows, and makes of them what can be read range by range. */
export async function prepareScoring(request: ScoreFileRequest, folder: string): Promise<ScoringRows> {
  const { model, inputPath, inputName = inputPath, key, onBadRow, signal } = request
  const { signature } = model.manifest
  const rows = await readyRows({
    options: {
      tempDir: join(folder, 'spill'),
      memoryLimitMb: MEMORY_MB,
      threads: request.threads ?? availableParallelism(),
      ...(signal && { signal }),
    },
    sourcePath: inputPath,
    sourceName: inputName,
    rules: signature.inputs.map(ruleOf),
    ...(key !== undefined && { notNull: key }),
    stagedPath: stagedPath(folder),
    quarantinePath: onBadRow === 'quarantine' ? quarantinePathOf(request) : undefined,
    isCopied: isParquet(request.outputPath),
    rangeRows: PART_ROWS,
  })
  assertNamesFree(keptColumns(request, rows.columns), signature)
  return rows
}

/** Whether the result is Parquet: it then takes over the input's columns as they lie, and parts hold scores alone. */
export const isParquet = (path: string): boolean => /\.parquet$/i.test(path)

/** Where the input's rows go when they cannot be read where they lie. */
export const stagedPath = (folder: string): string => join(folder, 'input.parquet')

/** The file that is read and, for Parquet, taken over. */
export const scoredPath = ({ inputPath }: ScoreFileRequest, folder: string, { isStaged }: ScoringRows): string =>
  resolve(isStaged ? stagedPath(folder) : inputPath)

/** The graph takes numbers as 32-bit floats. */
const ruleOf = ({ name, type, nullable }: Signature['inputs'][number]): RangeRule =>
  type === 'float'
    ? { name, type, nullable, minimum: -FLOAT32_MAXIMUM, maximum: FLOAT32_MAXIMUM }
    : { name, type, nullable }

/** The columns of the input that the result has, in the input's order. @throws RegiaError `COLUMN_MISSING`. */
export function keptColumns({ key, columns }: ScoreFileRequest, found: readonly string[]): readonly string[] {
  if (key === undefined && columns === undefined) return found
  const wanted = [...(key === undefined ? [] : [key]), ...(columns ?? [])]
  const missing = wanted.find((name) => !found.includes(name))
  if (missing === undefined) return found.filter((name) => wanted.includes(name))
  throw new RegiaError('COLUMN_MISSING', `The input has no column "${missing}" to keep.`, {
    hint: namesHint(missing, found),
    data: { column: missing },
  })
}

export function quarantinePathOf({ outputPath, quarantinePath }: ScoreFileRequest): string {
  const ending = extname(outputPath)
  return quarantinePath ?? `${outputPath.slice(0, outputPath.length - ending.length)}.broken${ending}`
}

/** @throws RegiaError `INVALID_INPUT` for a name that says no format that we write. */
export function assertFormat(outputPath: string): void {
  if (/\.(parquet|csv|jsonl|ndjson)$/i.test(outputPath)) return
  throw new RegiaError('INVALID_INPUT', 'Tables are written as .parquet, .csv, .jsonl or .ndjson.', {
    where: outputPath,
    hint: 'Give the output a name with one of these endings.',
  })
}

function assertNamesFree(kept: readonly string[], signature: Signature): void {
  const ours = scoreNames(signature)
  const taken = kept.find((name) => ours.includes(name))
  if (taken === undefined) return
  throw new RegiaError('INVALID_INPUT', `The file has a column "${taken}", as its scores will.`, {
    hint: 'Rename the column or leave it out: name the columns to keep.',
    data: { column: taken },
  })
}

async function hashInput(path: string) {
  return hashFile(path).catch((cause: unknown) => {
    throw new RegiaError('DATA_UNREADABLE', 'There is no such file, or it may not be read.', {
      where: path,
      hint: 'Check the path; a relative one starts at the project folder.',
      cause,
    })
  })
}
