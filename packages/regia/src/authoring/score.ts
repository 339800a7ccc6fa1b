import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelHandle, ScoringProgress, StepContext, TableHandle } from '@regia/engine'
import { type ModelPort, model, type TablePort, table } from './ports.ts'
import { type Step, step } from './step.ts'
import type { StepSettings } from './step-settings.ts'

export type ScoreOptions = Partial<Pick<StepSettings, 'name' | 'resources' | 'timeout' | 'retries'>> & {
  /** The column that names a row. It must have a value in every row; it is kept, and without `columns` nothing else is. */
  readonly key?: string
  /** Columns of the input that the result keeps; default all, or the key alone. */
  readonly columns?: readonly string[]
  /** A row that the model does not take fails the step (the default), or is left out of `scores` and told in the log. */
  readonly onBadRow?: 'fail' | 'quarantine'
}

type ScoreIn = { readonly model: ModelPort<false>; readonly rows: TablePort }
type ScoreOut = { readonly scores: TablePort }

/**
 * Makes a step that scores a table of any size with a model: its rows in their order, and beside them `prediction`; of a classifier also
 * `score` and `probability_CLASS` for each class. Like any step it is not run again for the same model and rows.
 *
 * For tables that may be larger than memory; inside a step of your own, `model.predict(table)` answers a table in memory.
 *
 * @param options - `name` of the step (default `score`), what of the input is kept, and what becomes of rows that cannot be scored.
 * @returns A step with the inputs `model` and `rows` and the output `scores`.
 * @throws RegiaError in the step: `COLUMN_MISSING` when the table lacks an input; `SCHEMA_VIOLATED` when a row holds what the model does
 *   not take; `INVALID_INPUT` when a column is named like a score.
 * @example
 * const scoreFlights = score({ key: 'flight_id', resources: { cpu: 2 } })
 * export default pipeline('nightly', {}, () => {
 *   const { scores } = scoreFlights({ model: registry('delays@champion', { optional: false }), rows: dataset('tomorrow') })
 * })
 */
export function score(options: ScoreOptions = {}): Step<ScoreIn, ScoreOut> {
  const { name = 'score', resources, timeout, retries, ...scoring } = options
  return step({
    name,
    ...(resources && { resources }),
    ...(timeout !== undefined && { timeout }),
    ...(retries !== undefined && { retries }),
    in: { model: model(), rows: table() },
    out: { scores: table() },
    run: async (given, { dir, signal, log, progress }) => ({
      scores: await scoreTable(given, scoring, { dir, signal, log, progress, threads: resources?.cpu ?? 1 }),
    }),
  })
}

type Given = { readonly model: Pick<ModelHandle, 'path'>; readonly rows: TableHandle }
type Scoring = Pick<ScoreOptions, 'key' | 'columns' | 'onBadRow'>
type Context = Pick<StepContext, 'dir' | 'signal' | 'log' | 'progress'> & { readonly threads: number }

async function scoreTable({ model, rows }: Given, scoring: Scoring, context: Context): Promise<TableHandle> {
  const { createDataEngine, readModelPackage, scoreFile } = await import('@regia/engine')
  const { dir, signal, threads, log, progress } = context
  const engine = await createDataEngine({ tempDir: join(dir, 'spill') })
  const inMemory = join(dir, 'rows.parquet')
  if (rows.path === '') await engine.writeTable(await rows.read(), inMemory)
  const outputPath = join(dir, 'scores.parquet')
  const scored = await scoreFile({
    ...scoring,
    model: readModelPackage(await readFile(model.path)),
    inputPath: rows.path || inMemory,
    // An artifact has no name that would say its format.
    inputName: 'rows.parquet',
    ...{ outputPath, signal, threads: Math.max(1, Math.floor(threads)) },
    onProgress: ({ fraction, rowsDone }: ScoringProgress) => progress(fraction, `${rowsDone} rows`),
  })
  if (scored.quarantinedRowCount > 0) log(`${scored.quarantinedRowCount} rows were left out:`)
  for (const { reason, rowCount } of scored.reasons) log(`  ${reason} (${rowCount})`)
  return {
    rowCount: scored.rowCount,
    columns: await engine.columns(outputPath),
    path: outputPath,
    read: (columns) => engine.readTable(outputPath, columns ? { columns } : {}),
  }
}
