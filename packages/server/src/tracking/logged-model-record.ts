import { type LoggedModelMetric, type LoggedModelRecord, RegiaError } from '@regia/core'
import { type Selectable, sql } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Connection, Tables } from '../database/database.ts'
import { metricNumber } from './run-record.ts'

export type LoggedModelRow = Selectable<Tables['logged_model']>

/** Records of rows in the rows' order, with params, metrics and tags. */
export async function loggedModelRecords(
  connection: Connection,
  rows: readonly LoggedModelRow[],
): Promise<readonly LoggedModelRecord[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [params, tags] = [
    await readTexts(connection, 'logged_model_param', ids),
    await readTexts(connection, 'logged_model_tag', ids),
  ]
  const metrics = await readMetrics(connection, ids)
  return rows.map((row) => ({
    id: row.id,
    experimentId: String(row.experiment_id),
    name: row.name,
    modelType: row.model_type ?? undefined,
    status: row.status,
    sourceRunId: row.source_run_id ?? undefined,
    artifactUri: row.artifact_uri,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    params: params.get(row.id) ?? {},
    metrics: metrics.get(row.id) ?? [],
    tags: tags.get(row.id) ?? {},
  }))
}

/** Also a deleted one. */
export const findLoggedModelRow = (connection: Connection, id: string): Promise<LoggedModelRow | undefined> =>
  connection.selectFrom('logged_model').selectAll().where('id', '=', id).executeTakeFirst()

/** @throws RegiaError `NOT_FOUND`, also for a deleted one. */
export async function getLoggedModelRow(connection: Connection, id: string): Promise<LoggedModelRow> {
  const row = await findLoggedModelRow(connection, id)
  if (row?.deleted_ms === null) return row
  throw new RegiaError('NOT_FOUND', `There is no logged model "${id.slice(0, 100)}".`, {
    hint: 'List the logged models of its experiment.',
  })
}

const idRows = (ids: readonly string[]) =>
  bulkRows(
    ['id'],
    ids.map((id) => [id]),
  )

async function readTexts(
  connection: Connection,
  table: 'logged_model_param' | 'logged_model_tag',
  ids: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const { rows } = await sql<{ model_id: string; key: string; value: string }>`
    select model_id, key, value from ${sql.table(table)} where model_id in (select id from ${idRows(ids)}) order by key
  `.execute(connection)
  const found = new Map<string, Record<string, string>>()
  for (const { model_id, key, value } of rows) found.set(model_id, { ...found.get(model_id), [key]: value })
  return found
}

type MetricRow = Selectable<Tables['logged_model_metric']>

async function readMetrics(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly LoggedModelMetric[]>> {
  const { rows } = await sql<MetricRow>`
    select * from logged_model_metric where model_id in (select id from ${idRows(ids)})
    order by key, at_ms, step, value
  `.execute(connection)
  const found = new Map<string, LoggedModelMetric[]>(ids.map((id) => [id, []]))
  for (const row of rows) found.get(row.model_id)?.push(metricOf(row))
  return found
}

const metricOf = (row: MetricRow): LoggedModelMetric => ({
  key: row.key,
  value: metricNumber(row),
  step: row.step,
  atMs: row.at_ms,
  runId: row.run_id,
  datasetName: row.dataset_name === '' ? undefined : row.dataset_name,
  datasetDigest: row.dataset_digest === '' ? undefined : row.dataset_digest,
})
