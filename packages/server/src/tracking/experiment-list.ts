import type { ExperimentRecord, Lifecycle, Page } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { allOf } from '../database/compare.ts'
import { containsText } from '../database/contains-text.ts'
import type { Connection } from '../database/database.ts'
import { pageOf } from '../http/paging.ts'
import { type ExperimentRow, withTags } from './experiment-record.ts'

export type ListedExperiment = ExperimentRecord & { readonly runCount: number }

export type ExperimentListQuery = {
  readonly lifecycle: Lifecycle | 'all'
  /** Part of a name. */
  readonly search?: string | undefined
  readonly limit: number
  readonly offset: number
}

/** Of a deleted experiment those runs count that went with it. Indexes alone answer this. */
const RUN_COUNT = sql<number>`
  (select count(*) from tracked_run where experiment_id = experiment.id)
  - (select count(*) from tracked_run where experiment_id = experiment.id
    and tracked_run.deleted_ms is not null and tracked_run.deleted_ms is not experiment.deleted_ms)`

/** A page of experiments, the one that changed last first. */
export async function listExperiments(
  connection: Connection,
  query: ExperimentListQuery,
): Promise<Page<ListedExperiment>> {
  const { limit, offset } = query
  const condition = allOf([...ofLifecycle(query.lifecycle), ...named(query.search)])
  const { rows } = await sql<ExperimentRow & { run_count: number }>`
    select experiment.*, ${RUN_COUNT} as run_count from experiment where ${condition}
    order by updated_ms desc, id desc limit ${limit} offset ${offset}
  `.execute(connection)
  const { rows: counts } = await sql<{ total: number }>`
    select count(*) as total from experiment where ${condition}
  `.execute(connection)
  const records = await withTags(connection, rows)
  const items = records.map((record, i) => ({ ...record, runCount: rows[i]?.run_count ?? 0 }))
  return pageOf(items, counts[0]?.total ?? 0, offset)
}

export function ofLifecycle(lifecycle: Lifecycle | 'all'): readonly RawBuilder<boolean>[] {
  if (lifecycle === 'all') return []
  return [lifecycle === 'active' ? sql<boolean>`deleted_ms is null` : sql<boolean>`deleted_ms is not null`]
}

const named = (search: string | undefined): readonly RawBuilder<boolean>[] =>
  search === undefined || search === '' ? [] : [containsText('experiment.name', search)]
