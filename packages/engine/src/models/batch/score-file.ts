import { rm, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { extname, join } from 'node:path'
import { type Digest, RegiaError } from '@regia/core'
import { cutAtGroups } from '../../data/row-ranges/index.ts'
import type { OpenedPackage } from '../model-package.ts'
import { assertOwnGraph } from '../own-graph.ts'
import { scoreNames } from './gather-scores.ts'
import { joinParts } from './join-parts.ts'
import {
  assertFormat,
  identityOf,
  isParquet,
  keptColumns,
  prepareScoring,
  quarantinePathOf,
  scoredPath,
} from './prepare-scoring.ts'
import type { ScoringPart } from './scoring-messages.ts'
import { scoreParts } from './scoring-pool.ts'
import { createScoringProgress, type OnScoringProgress } from './scoring-progress.ts'
import { scoringWork } from './scoring-work.ts'
import {
  differenceOf,
  emptyFolder,
  holdFolder,
  readManifest,
  type ScoringIdentity,
  type ScoringManifest,
  type ScoringRows,
  writeManifest,
} from './work-folder.ts'

export type ScoreFileRequest = {
  readonly model: OpenedPackage
  /** CSV, TSV, JSON lines or Parquet. */
  readonly inputPath: string
  /** The name that says the input's format, where the path does not, such as a blob's. */
  readonly inputName?: string
  /** Where it is known already; else the file is read for it. */
  readonly inputDigest?: Digest
  /** `.parquet`, `.csv` or `.jsonl`. */
  readonly outputPath: string
  /** The column that names a row. It must have a value in every row; it is kept, and without `columns` nothing else is. */
  readonly key?: string
  /** Columns of the input that the result keeps; default all, or the key alone. */
  readonly columns?: readonly string[]
  /** A row that the model does not take is an error (the default), or is put aside with what is wrong with it. */
  readonly onBadRow?: 'fail' | 'quarantine'
  /** Where bad rows go; default beside the output, with `.broken` in its name. */
  readonly quarantinePath?: string
  /** Where parts are kept until the result is whole; default beside the output, with `.scoring` after its name. */
  readonly workFolder?: string
  /** Go on with what is there or fail. Otherwise it goes on where it can, and begins anew where it cannot. */
  readonly resume?: boolean
  /** How long to wait for another process that scores into the same file; not at all where absent. */
  readonly patienceMs?: number
  /** Default: one for each core. */
  readonly threads?: number
  readonly onProgress?: OnScoringProgress
  readonly signal?: AbortSignal
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number
}

export type ScoreFileResult = {
  readonly rowCount: number
  /** Of these, scored by an earlier call that did not come to its end. */
  readonly resumedRowCount: number
  readonly columns: readonly string[]
  readonly quarantinedRowCount: number
  readonly quarantinePath?: string
  readonly reasons: readonly { readonly reason: string; readonly rowCount: number }[]
}

/**
 * Scores a file of any size: its rows and columns as they are, in their order, and beside them `prediction`; for a classifier also
 * `score` (of the positive class, else of the predicted one) and `probability_CLASS` for each class.
 *
 * Rows are scored in parts by several threads, each with a session of its own, so memory does not grow with the file. Whatever ends it,
 * `kill -9` included, parts that are done are kept beside the output: the same call goes on with them, and the result is the same byte for byte.
 *
 * @throws RegiaError `COLUMN_MISSING` when the file lacks an input; `SCHEMA_VIOLATED` when a row holds what the model does not take;
 *   `INVALID_INPUT` when a column is named like one of ours; `CONFLICT` when another process is at it, the input changed meanwhile, or
 *   `resume` was asked for and something else was begun there; `RUN_CANCELLED`.
 */
export async function scoreFile(request: ScoreFileRequest): Promise<ScoreFileResult> {
  const { outputPath, workFolder: folder = `${outputPath}.scoring` } = request
  assertOwnGraph(request.model.manifest, 'A file cannot be scored here')
  assertFormat(outputPath)
  const letGo = await holdFolder(folder, request.patienceMs ?? 0)
  let isDone = false
  try {
    const result = await scoreAndJoin(request, folder, await beginOrResume(request, folder))
    isDone = true
    return result
  } finally {
    await letGo()
    // Without a manifest there is nothing to go on with.
    if (isDone || !(await readManifest(folder))) await rm(folder, { recursive: true, force: true })
  }
}

type Begun = { readonly manifest: ScoringManifest; readonly isInputSame: () => Promise<boolean> }

async function beginOrResume(request: ScoreFileRequest, folder: string): Promise<Begun> {
  const { inputPath, resume = false } = request
  const was = await fingerprint(inputPath)
  const isInputSame = async () => (await fingerprint(inputPath)) === was
  const found = await readManifest(folder)
  if (!found && resume) throw nothingToResume(folder, undefined)
  const identity = found && (await identityOf(request))
  const difference = found && identity && differenceOf(found.identity, identity)
  if (found && difference === undefined) return { manifest: found, isInputSame }
  if (resume) throw nothingToResume(folder, difference)
  await emptyFolder(folder)
  request.onProgress?.({ phase: 'reading', rowsDone: 0, fraction: 0 })
  const manifest = await begin(request, folder, identity)
  await writeManifest(folder, manifest)
  return { manifest, isInputSame }
}

/** Judges the rows while the input's digest is computed, where it is not known yet. */
async function begin(request: ScoreFileRequest, folder: string, known: ScoringIdentity | undefined) {
  const [identity, rows] = await Promise.allSettled([known ?? identityOf(request), prepareScoring(request, folder)])
  // Both have ended when one fails: nothing works on in a folder that is gone.
  if (identity.status === 'rejected') throw identity.reason
  if (rows.status === 'rejected') throw rows.reason
  return { format: 2, identity: identity.value, rows: rows.value } satisfies ScoringManifest
}

async function scoreAndJoin(
  request: ScoreFileRequest,
  folder: string,
  { manifest, isInputSame }: Begun,
): Promise<ScoreFileResult> {
  const { model, outputPath, threads = availableParallelism(), signal } = request
  const { rows } = manifest
  const parts = partsOf(rows, folder, outputPath)
  const isDone = await Promise.all(parts.map((part) => exists(part.outputPath)))
  const left = parts.filter((_, i) => !isDone[i])
  const resumedRowCount = rows.rowCount - left.reduce((sum, { range }) => sum + range.until - range.from, 0)
  const progress = createScoringProgress({ rowCount: rows.rowCount, resumedRowCount, ...request })
  if (left.length > 0) {
    const shared = await scoringWork(request, folder, manifest)
    await scoreParts({ ...shared, parts: left, threads, signal, onRows: progress.add })
  }
  const assertSame = async () => {
    if (!(await isInputSame())) throw changed(request.inputPath)
  }
  await assertSame()
  progress.join()
  await joinParts({
    parts: parts.map((part) => part.outputPath),
    outputPath,
    // Columns are taken from it once more.
    beforeNaming: assertSame,
    ...(isParquet(outputPath) && {
      beside: { path: scoredPath(request, folder, rows), keep: keptColumns(request, rows.columns) },
    }),
  })
  progress.done()
  return {
    rowCount: rows.rowCount,
    resumedRowCount,
    columns: [...keptColumns(request, rows.columns), ...scoreNames(model.manifest.signature)],
    quarantinedRowCount: rows.quarantinedRowCount,
    ...(rows.quarantinedRowCount > 0 && { quarantinePath: quarantinePathOf(request) }),
    reasons: rows.reasons,
  }
}

function partsOf({ ranges, groupRows }: ScoringRows, folder: string, outputPath: string): readonly ScoringPart[] {
  const digits = String(ranges.length).length
  const cuts = cutAtGroups(ranges, groupRows)
  return ranges.map((range, place) => {
    const name = `part-${String(place).padStart(digits, '0')}${extname(outputPath).toLowerCase()}`
    return { place, range, groupRows: cuts[place]!, outputPath: join(folder, name) }
  })
}

/** Changes whenever the file does, without reading it. */
async function fingerprint(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found ? `${found.size} ${found.mtimeMs} ${found.ino}` : ''
}

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const changed = (inputPath: string): RegiaError =>
  new RegiaError('CONFLICT', 'The input changed while it was scored.', {
    where: inputPath,
    hint: 'Call it again once nothing writes to it.',
  })

const nothingToResume = (folder: string, difference: string | undefined): RegiaError =>
  new RegiaError(
    'CONFLICT',
    difference === undefined
      ? 'There is no scoring to go on with.'
      : `The scoring that was begun there is another one: ${difference}.`,
    { where: folder, hint: 'Leave out --resume to begin anew; what was done there is then thrown away.' },
  )
