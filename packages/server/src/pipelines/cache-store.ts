import type { RunId } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { CacheSource } from './explain-decision.ts'
import type { Outputs, RunRow } from './run-work.ts'

export type CacheEntry = CacheSource & {
  readonly outputs: Outputs
  readonly metrics: Readonly<Record<string, number>>
  readonly createdAt: string
}

export async function findEntry(connection: Connection, key: string): Promise<CacheEntry | undefined> {
  const row = await connection.selectFrom('cache_entry').selectAll().where('key', '=', key).executeTakeFirst()
  if (!row) return undefined
  return {
    // The column is filled from runs' ids only.
    runId: row.run_id as RunId,
    pipeline: row.pipeline,
    number: row.run_number,
    outputs: decodeJson(row.outputs),
    metrics: decodeJson(row.metrics),
    createdAt: row.created_at,
  }
}

/** Keeps the outputs of a success; the newest one under a key stands. */
export async function saveEntry(
  connection: Connection,
  key: string,
  run: Pick<RunRow, 'id' | 'pipeline' | 'number'>,
  { outputs, metrics }: Pick<CacheEntry, 'outputs' | 'metrics'>,
  now: string,
): Promise<void> {
  const values = {
    run_id: run.id,
    pipeline: run.pipeline,
    run_number: run.number,
    outputs: encodeJson(outputs),
    metrics: encodeJson(metrics),
    created_at: now,
  }
  await connection
    .insertInto('cache_entry')
    .values({ key, ...values })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(values))
    .execute()
}

/** Whether some step with this key is queued or runs: its result serves all who wait for it. */
export async function isInFlight(connection: Connection, key: string): Promise<boolean> {
  const row = await connection
    .selectFrom('step_run')
    .select('id')
    .where('cache_key', '=', key)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst()
  return row !== undefined
}

/** Runs with a step that waits for one of these keys. */
export async function findRunsWaitingFor(connection: Connection, keys: readonly string[]): Promise<readonly string[]> {
  if (keys.length === 0) return []
  const rows = await connection
    .selectFrom('step_run')
    .select('run_id')
    .distinct()
    .where('cache_key', 'in', keys)
    .where('status', '=', 'waiting')
    .execute()
  return rows.map(({ run_id }) => run_id)
}
