import { type MetricEntry, RegiaError, type RunBatch } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../database/database.ts'
import { getActiveRun } from './find-run.ts'
import type { KeyIds } from './key-ids.ts'
import { writeMetrics } from './log-metrics.ts'
import { assertParams, assertTags, writeParams, writeTags } from './log-values.ts'
import { writeModelMetrics } from './logged-model-metrics.ts'
import { writeInputs } from './run-inputs.ts'

/** Refuses what can be seen to be wrong before the database is asked. @throws RegiaError `INVALID_INPUT`. */
export function assertBatch(batch: RunBatch, keys: KeyIds): void {
  const { metrics = [], params = [], tags = [] } = batch
  keys.assertKeys(metrics, 'metrics')
  keys.assertKeys(params, 'params')
  keys.assertKeys(tags, 'tags')
  assertMetrics(metrics)
  assertParams(params)
  assertTags(tags)
}

/**
 * Writes a batch to an active run: all of it, or by throwing nothing.
 *
 * @returns The numbers of its keys, to be kept in mind once they are committed.
 * @throws RegiaError `NOT_FOUND`, `CONFLICT`.
 */
export async function writeBatch(
  transaction: Transaction<Tables>,
  runId: string,
  batch: RunBatch,
  keys: KeyIds,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const run = await getActiveRun(transaction, runId)
  const { metrics = [], params = [], tags = [] } = batch
  const ids = await keys.ensure(transaction, keysOf(metrics, params, tags))
  await writeParams(transaction, run, params, ids)
  await writeMetrics(transaction, run, metrics, ids)
  await writeTags(transaction, run, tags, ids)
  await writeInputs(transaction, run, batch)
  await writeModelMetrics(transaction, run.id, metrics)
  await sql`update tracked_run set updated_ms = ${now} where seq = ${run.seq}`.execute(transaction)
  return ids
}

function keysOf(...lists: readonly (readonly { readonly key: string }[])[]): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const list of lists) for (const { key } of list) keys.add(key)
  return keys
}

function assertMetrics(metrics: readonly MetricEntry[]): void {
  for (const [i, { step, atMs }] of metrics.entries()) {
    if (!Number.isSafeInteger(step)) throw notWhole(`metrics[${i}].step`, step)
    if (!Number.isSafeInteger(atMs)) throw notWhole(`metrics[${i}].atMs`, atMs)
  }
}

const notWhole = (where: string, value: number): RegiaError =>
  new RegiaError('INVALID_INPUT', `${value} is no whole number that can be kept exactly.`, {
    where,
    hint: 'Give a whole number between -(2^53 - 1) and 2^53 - 1.',
  })
