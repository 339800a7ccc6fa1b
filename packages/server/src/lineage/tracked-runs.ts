import { type LineageNode, toIso } from '@regia/core'
import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'
import type { NodeRef } from './trace.ts'

/** Runs that people logged. Those of pipelines are told of by the pipelines themselves. */

/** A deleted run that a version came from is still where it came from; it is not purged either. */
const IS_TOLD = sql<boolean>`(tracked_run.deleted_ms is null or exists (select 1 from model_version
  where model_version.run_id = tracked_run.id and model_version.deleted_at is null))`

export async function describeTrackedRun(connection: Connection, ref: string): Promise<LineageNode | undefined> {
  const row = await connection
    .selectFrom('tracked_run')
    .select(['name', 'start_ms', 'deleted_ms'])
    .where('id', '=', ref)
    .where('source', '<>', 'pipeline')
    .where(IS_TOLD)
    .executeTakeFirst()
  if (!row) return undefined
  const label = row.deleted_ms === null ? row.name : `${row.name} (deleted)`
  return { kind: 'run', ref, label, ...(row.start_ms !== null && { at: toIso(row.start_ms) }) }
}

/** Versions of our own datasets among the inputs of a run. */
export async function datasetsOfTrackedRun(connection: Connection, runId: string): Promise<readonly NodeRef[]> {
  const rows = await ownInputs(connection)
    .select([sql<string>`${DATASET} || '@' || ${VERSION}`.as('ref')])
    .where('tracked_run.id', '=', runId)
    .distinct()
    .execute()
  return rows.map(({ ref }) => ({ kind: 'dataset', ref }))
}

/** The newest first. */
export async function trackedUsersOf(
  connection: Connection,
  dataset: { readonly name: string; readonly version: string },
  limit: number,
): Promise<readonly NodeRef[]> {
  const rows = await ownInputs(connection)
    .select(['tracked_run.id', 'tracked_run.seq'])
    .where(DATASET, '=', dataset.name)
    .where(VERSION, '=', Number(dataset.version))
    .distinct()
    .orderBy('tracked_run.seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => ({ kind: 'run', ref: id }))
}

const DATASET = sql<string>`json_extract(tracked_dataset.source, '$.dataset')`
const VERSION = sql<number>`json_extract(tracked_dataset.source, '$.version')`

const ownInputs = (connection: Connection) =>
  connection
    .selectFrom('run_input')
    .innerJoin('tracked_dataset', 'tracked_dataset.id', 'run_input.dataset_id')
    .innerJoin('tracked_run', 'tracked_run.seq', 'run_input.run_seq')
    .where('tracked_dataset.source_type', '=', 'regia')
    .where(sql<boolean>`json_valid(tracked_dataset.source)`)
    .where('tracked_run.source', '<>', 'pipeline')
    .where(IS_TOLD)
