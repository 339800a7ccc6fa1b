import { type MetricEntry, RegiaError } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Tables } from '../database/database.ts'

const COLUMNS = ['model_id', 'key', 'at_ms', 'step', 'value', 'is_nan', 'dataset_name', 'dataset_digest']

/** Writes points that count for a logged model down with the model, those that are there left out. @throws RegiaError `NOT_FOUND`. */
export async function writeModelMetrics(
  transaction: Transaction<Tables>,
  runId: string,
  metrics: readonly MetricEntry[],
): Promise<void> {
  const rows = metrics.flatMap((metric) => (metric.modelId === undefined ? [] : [rowOf(metric, metric.modelId)]))
  if (rows.length === 0) return
  await assertModels(transaction, new Set(rows.map(([id]) => id)))
  await sql`
    insert into logged_model_metric
    (model_id, key, run_id, at_ms, step, value, is_nan, dataset_name, dataset_digest)
    select model_id, key, ${runId}, at_ms, step, value, is_nan, dataset_name, dataset_digest
    from ${bulkRows(COLUMNS, rows)} where true on conflict do nothing
  `.execute(transaction)
}

const rowOf = ({ key, value, step, atMs, datasetName = '', datasetDigest = '' }: MetricEntry, modelId: string) => {
  const isNan = Number.isNaN(value)
  return [modelId, key, atMs, step, isNan ? 0 : value, isNan ? 1 : 0, datasetName, datasetDigest] as const
}

async function assertModels(transaction: Transaction<Tables>, ids: ReadonlySet<string>): Promise<void> {
  const rows = bulkRows(
    ['id'],
    [...ids].map((id) => [id]),
  )
  const missing = await sql<{ id: string }>`
    select id from ${rows} as asked where id not in (select id from logged_model)
  `.execute(transaction)
  const [first] = missing.rows
  if (!first) return
  throw new RegiaError('NOT_FOUND', `There is no logged model "${first.id.slice(0, 100)}".`, {
    where: 'metrics.modelId',
    hint: 'Log the model first.',
  })
}
