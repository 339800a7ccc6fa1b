import { type Retention, toIso } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'

/** A run that nobody needs any more. */
export type OldRun = {
  readonly id: string
  readonly pipeline: string
  readonly number: number
  readonly status: string
  readonly finishedAt: string
}

export const DAY_MS = 86_400_000

export const daysBefore = (now: number, days: number): string => toIso(Math.max(0, now - days * DAY_MS))

/**
 * Runs that are over for long enough, are not among the newest of their pipeline, and made no version of a model or dataset, which would
 * otherwise no longer know where it came from. The oldest first.
 */
export async function findOldRuns(
  connection: Connection,
  policy: Pick<Retention, 'keepRuns' | 'keepDays'>,
  now: number,
): Promise<readonly OldRun[]> {
  const makers = await runsThatMadeVersions(connection)
  const newest = connection
    .selectFrom('run')
    .select(['id', 'pipeline', 'number', 'status', 'finished_at'])
    .select(({ fn }) =>
      fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('pipeline').orderBy('number', 'desc'))
        .as('place'),
    )
    .as('placed')
  const rows = await connection
    .selectFrom(newest)
    .selectAll()
    .where('status', 'in', ['succeeded', 'failed', 'cancelled'])
    .where('finished_at', 'is not', null)
    .where('finished_at', '<', daysBefore(now, policy.keepDays))
    .where('place', '>', policy.keepRuns)
    .orderBy('finished_at')
    .orderBy('number')
    .execute()
  return rows
    .filter(({ id }) => !makers.has(id))
    .map(({ id, pipeline, number, status, finished_at }) => ({
      id,
      pipeline,
      number,
      status,
      finishedAt: finished_at ?? '',
    }))
}

async function runsThatMadeVersions(connection: Connection): Promise<ReadonlySet<string>> {
  const models = await connection.selectFrom('model_version').select(['lineage', 'run_id']).execute()
  const datasets = await connection
    .selectFrom('dataset_version')
    .select('run_id')
    .where('run_id', 'is not', null)
    .execute()
  return new Set([
    ...models.flatMap(({ lineage, run_id }) => [decodeJson(lineage).runId ?? [], run_id ?? []].flat()),
    ...datasets.flatMap(({ run_id }) => run_id ?? []),
  ])
}

/** Takes runs away with all that belongs to them alone. Tables that a step run's deletion empties by itself are not named. */
export async function deleteRuns(connection: Connection, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return
  const steps = connection.selectFrom('step_run').select('id').where('run_id', 'in', runIds)
  await connection.deleteFrom('lease').where('step_run_id', 'in', steps).execute()
  for (const table of RUN_TABLES) await connection.deleteFrom(table).where('run_id', 'in', runIds).execute()
  await connection.deleteFrom('run').where('id', 'in', runIds).execute()
}

/** In an order in which no row is left that refers to one that is gone. */
export const RUN_TABLES = [
  'lineage_run',
  'lineage_output',
  'lineage_source',
  'run_log',
  'run_metric',
  'step_run',
] as const
