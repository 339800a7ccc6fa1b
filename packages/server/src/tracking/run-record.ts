import type { MetricValue, RunRecord } from '@regia/core'
import type { Selectable } from 'kysely'
import type { Tables } from '../database/database.ts'
import { runArtifacts } from './artifact-address.ts'

export type RunRow = Selectable<Tables['tracked_run']>

export type RunValues = {
  readonly params: Readonly<Record<string, string>>
  readonly metrics: readonly MetricValue[]
  readonly tags: Readonly<Record<string, string>>
}

/** @param artifactRoot - Of the run's experiment. */
export const runRecord = (row: RunRow, artifactRoot: string, values: RunValues): RunRecord => ({
  id: row.id,
  experimentId: String(row.experiment_id),
  name: row.name,
  status: row.status,
  lifecycle: row.deleted_ms === null ? 'active' : 'deleted',
  source: row.source,
  user: row.user_name ?? undefined,
  startMs: row.start_ms ?? undefined,
  endMs: row.end_ms ?? undefined,
  parentId: row.parent_id ?? undefined,
  note: row.note ?? undefined,
  artifactUri: runArtifacts(artifactRoot, row.id),
  origin: row.origin === null ? undefined : JSON.parse(row.origin),
  params: values.params,
  metrics: values.metrics,
  tags: values.tags,
})

/** A metric's number, from the columns that keep it: a NaN is 0 with a flag. */
export const metricNumber = (row: { readonly value: number; readonly is_nan: number }): number =>
  row.is_nan === 1 ? Number.NaN : row.value
