import { type ExperimentRecord, RegiaError } from '@regia/core'
import { type Selectable, sql } from 'kysely'
import type { Connection, Tables } from '../database/database.ts'

export type ExperimentRow = Selectable<Tables['experiment']>

export const experimentRecord = (row: ExperimentRow, tags: Readonly<Record<string, string>>): ExperimentRecord => ({
  id: String(row.id),
  name: row.name,
  lifecycle: row.deleted_ms === null ? 'active' : 'deleted',
  artifactRoot: row.artifact_root,
  note: row.note ?? undefined,
  tags,
  createdMs: row.created_ms,
  updatedMs: row.updated_ms,
  deletedMs: row.deleted_ms ?? undefined,
})

/** Records of rows in the rows' order, with their tags. */
export async function withTags(
  connection: Connection,
  rows: readonly ExperimentRow[],
): Promise<readonly ExperimentRecord[]> {
  const tags = new Map(rows.map(({ id }): [number, Record<string, string>] => [id, {}]))
  if (rows.length > 0) {
    const found = await connection
      .selectFrom('experiment_tag')
      .selectAll()
      .where('experiment_id', '>=', Math.min(...tags.keys()))
      .where('experiment_id', '<=', Math.max(...tags.keys()))
      .orderBy('key')
      .execute()
    for (const { experiment_id, key, value } of found) {
      const its = tags.get(experiment_id)
      if (its) its[key] = value
    }
  }
  return rows.map((row) => experimentRecord(row, tags.get(row.id) ?? {}))
}

/** The number of an experiment; `undefined` for what cannot be one, which is nowhere then. */
export const experimentNumber = (id: string): number | undefined => (/^\d{1,15}$/.test(id) ? Number(id) : undefined)

/** Where something new is to be logged. @throws RegiaError `NOT_FOUND`, `CONFLICT` for a deleted one. */
export async function getActiveExperiment(
  connection: Connection,
  id: string,
): Promise<{ id: number; artifact_root: string }> {
  const { rows } = await sql<{ id: number; artifact_root: string; deleted_ms: number | null }>`
    select id, artifact_root, deleted_ms from experiment where id = ${experimentNumber(id) ?? -1}
  `.execute(connection)
  const [found] = rows
  if (!found) {
    throw new RegiaError('NOT_FOUND', `There is no experiment "${id.slice(0, 50)}".`, {
      where: 'experimentId',
      hint: 'Make it first, or use "0", which is always there.',
    })
  }
  if (found.deleted_ms === null) return found
  throw new RegiaError('CONFLICT', `The experiment ${id} is deleted.`, {
    where: 'experimentId',
    hint: 'Restore it first, or use another.',
    data: { lifecycle: 'deleted' },
  })
}
