import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'
import { decodeOptionalJson } from '../database/json-text.ts'

/**
 * Scoring jobs that ended before a time. Those that made a version of a dataset stay, which would otherwise no longer know which model
 * its scores are of.
 */
export async function findOldJobs(connection: Connection, endedBefore: string): Promise<readonly string[]> {
  const rows = await connection
    .selectFrom('scoring_job')
    .select(['id', 'result'])
    .where('status', 'not in', ['queued', 'running'])
    .where('finished_at', '<', endedBefore)
    .orderBy('number')
    .execute()
  return rows.filter(({ result }) => decodeOptionalJson(result)?.dataset === undefined).map(({ id }) => id)
}

export async function deleteJobs(connection: Connection, ids: readonly string[]): Promise<void> {
  await sql`delete from scoring_job where id in (${sql.join(ids)})`.execute(connection)
}
