import type { MetricValue, RunRecord } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'
import type { FoundRun } from './find-run.ts'
import { metricNumber, type RunValues, runRecord } from './run-record.ts'

/** A run with its params, latest metrics and tags, each by key. */
export const readRun = async (connection: Connection, run: FoundRun): Promise<RunRecord> =>
  runRecord(run, run.artifact_root, await readValues(connection, run.seq))

async function readValues(connection: Connection, seq: number): Promise<RunValues> {
  return {
    params: await readTexts(connection, 'run_param', seq),
    metrics: await readMetrics(connection, seq),
    tags: await readTexts(connection, 'run_tag', seq),
  }
}

async function readTexts(
  connection: Connection,
  table: 'run_param' | 'run_tag',
  seq: number,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sql<{ key: string; value: string }>`
    select tracking_key.name as key, value from ${sql.table(table)}
    join tracking_key on tracking_key.id = key_id where run_seq = ${seq} order by tracking_key.name
  `.execute(connection)
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
}

type LatestRow = { key: string; value: number; is_nan: number; step: number; at_ms: number }

async function readMetrics(connection: Connection, seq: number): Promise<readonly MetricValue[]> {
  const { rows } = await sql<LatestRow>`
    select tracking_key.name as key, value, is_nan, step, at_ms from latest_metric
    join tracking_key on tracking_key.id = key_id where run_seq = ${seq} order by tracking_key.name
  `.execute(connection)
  return rows.map((row) => ({ key: row.key, value: metricNumber(row), step: row.step, atMs: row.at_ms }))
}
