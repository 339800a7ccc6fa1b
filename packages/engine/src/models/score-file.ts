import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { floatColumn, RegiaError, type Signature, type Table, type TableSchema, withColumn } from '@regia/core'
import type { ColumnInfo, DataEngine, OnProgress } from '../data/index.ts'
import type { ModelSession, Predictions } from './model-session.ts'

export type ScoreFileRequest = {
  readonly model: Pick<ModelSession, 'signature' | 'predictTable'>
  /** CSV, TSV, JSON lines or Parquet. */
  readonly inputPath: string
  /** `.csv` or `.parquet`. */
  readonly outputPath: string
  readonly engine: DataEngine
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

export type ScoreFileResult = { readonly rowCount: number; readonly columns: readonly ColumnInfo[] }

/**
 * Scores a file of any size: its rows and columns as they are, and beside them `prediction`; for a classifier also `score` (of the
 * positive class, else of the predicted one) and `probability_CLASS` for each class.
 *
 * @throws RegiaError `COLUMN_MISSING` when the file lacks an input; `SCHEMA_VIOLATED` when a row holds what the model does not take;
 *   `INVALID_INPUT` when a column is named like one of ours; `RUN_CANCELLED`.
 */
export async function scoreFile(request: ScoreFileRequest): Promise<ScoreFileResult> {
  const { model, engine, outputPath, onProgress = () => undefined } = request
  await mkdir(dirname(outputPath), { recursive: true })
  const folder = await mkdtemp(join(dirname(outputPath), '.scoring-'))
  try {
    onProgress({ fraction: 0, message: 'reading the file' })
    const { path, rowCount, columns } = await validateInput(request, folder)
    assertNamesFree(columns, model.signature)
    const parts = await scoreBatches(request, { path, rowCount, folder, onProgress })
    const written = await engine.query({ sql: 'SELECT * FROM scored', tables: { scored: parts }, outputPath })
    onProgress({ fraction: 1, message: 'done' })
    return written
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Scoring = {
  readonly path: string
  readonly rowCount: number
  readonly folder: string
  readonly onProgress: OnProgress
}

/** Scores a file into parts, in its order. A batch is written while the next one is scored on its thread. */
async function scoreBatches({ model, engine, signal }: ScoreFileRequest, scoring: Scoring): Promise<readonly string[]> {
  const parts: string[] = []
  let writing: Promise<unknown> = Promise.resolve()
  let done = 0
  try {
    for await (const rows of engine.readBatches(scoring.path)) {
      if (signal?.aborted) throw cancelled()
      const [predictions] = await Promise.all([model.predictTable(rows), writing])
      const part = join(scoring.folder, `part-${parts.length}.parquet`)
      writing = engine.writeTable(withPredictions(rows, predictions, model.signature), part)
      // Awaited with the next batch; until then a failure must not count as unhandled.
      writing.catch(() => undefined)
      parts.push(part)
      done += rows.rowCount
      const fraction = 0.2 + (0.7 * done) / scoring.rowCount
      scoring.onProgress({ fraction, message: `scored ${done} of ${scoring.rowCount} rows` })
    }
  } finally {
    // The folder is removed next; nothing may be written to it any more.
    await Promise.allSettled([writing])
  }
  await writing
  return parts
}

/** Brings the file into Parquet with the types of the signature, so that text such as "00123" stays text where the model wants it. */
async function validateInput({ model, inputPath, engine }: ScoreFileRequest, folder: string) {
  const path = join(folder, 'input.parquet')
  const ingested = await engine.ingest({
    sourcePath: inputPath,
    outputPath: path,
    quarantinePath: join(folder, 'broken.parquet'),
    schema: schemaOf(model.signature),
  })
  if (ingested.quarantinedRowCount === 0) return { path, rowCount: ingested.rowCount, columns: ingested.columns }
  const said = ingested.reasons.slice(0, 3).map(({ reason, rowCount }) => `${reason} (${rowCount})`)
  throw new RegiaError(
    'SCHEMA_VIOLATED',
    `${ingested.quarantinedRowCount} of ${ingested.rowCount} rows cannot be scored: ${said.join('; ')}.`,
    { where: inputPath, hint: 'Correct the rows or leave them out.' },
  )
}

const schemaOf = ({ inputs }: Signature): TableSchema => ({
  columns: inputs.map(({ name, type, nullable }) => ({ name, type, nullable })),
  strict: false,
})

function withPredictions(rows: Table, predictions: Predictions, signature: Signature): Table {
  const { classes, probabilities, scores } = predictions
  if (!classes || !probabilities || !signature.classes) {
    return withColumn(rows, 'prediction', floatColumn(scores))
  }
  const names = signature.classes
  let scored = withColumn(rows, 'prediction', { type: 'string', codes: classes, categories: names })
  scored = withColumn(scored, 'score', floatColumn(scores))
  for (const [k, name] of names.entries()) {
    const values = new Float64Array(rows.rowCount)
    for (let row = 0; row < values.length; row++) values[row] = probabilities[row * names.length + k]!
    scored = withColumn(scored, probabilityName(name), { type: 'float', values })
  }
  return scored
}

const probabilityName = (name: string): string => `probability_${name}`

function assertNamesFree(columns: readonly ColumnInfo[], signature: Signature): void {
  const ours = new Set(['prediction', 'score', ...(signature.classes ?? []).map(probabilityName)])
  const taken = columns.find(({ name }) => ours.has(name))
  if (!taken) return
  throw new RegiaError('INVALID_INPUT', `The file has a column "${taken.name}", as its scores will.`, {
    hint: 'Rename the column or leave it out.',
    data: { column: taken.name },
  })
}

const cancelled = (): RegiaError => new RegiaError('RUN_CANCELLED', 'The scoring was cancelled.')
