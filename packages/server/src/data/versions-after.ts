import type { Connection } from '../database/database.ts'

export type DatasetMark = { readonly dataset: string; readonly version: number; readonly createdAt: string }

/** The latest version of a dataset; nothing where there is none yet. */
export async function findLatestMark(connection: Connection, dataset: string): Promise<DatasetMark | undefined> {
  const row = await connection
    .selectFrom('dataset_version')
    .select(['version', 'created_at'])
    .where('dataset', '=', dataset)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { dataset, version: row.version, createdAt: row.created_at }
}

/** Versions that came after one, oldest first. */
export async function marksAfter(
  connection: Connection,
  dataset: string,
  version: number,
  limit: number,
): Promise<readonly DatasetMark[]> {
  const rows = await connection
    .selectFrom('dataset_version')
    .select(['version', 'created_at'])
    .where('dataset', '=', dataset)
    .where('version', '>', version)
    .orderBy('version')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ dataset, version: row.version, createdAt: row.created_at }))
}
