import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'
import { decodeOptionalJson } from '../database/json-text.ts'

export type OldJobs = { readonly scoring: readonly string[]; readonly optimisations: readonly string[] }

/**
 * What the server did in the background that ended before a time: scoring jobs, but for those that made a version of a dataset, which
 * would otherwise no longer know which model its scores are of; and optimisations of models.
 */
export async function findOldJobs(connection: Connection, endedBefore: string): Promise<OldJobs> {
  const jobs = await connection
    .selectFrom('scoring_job')
    .select(['id', 'result'])
    .where('status', 'not in', ['queued', 'running'])
    .where('finished_at', '<', endedBefore)
    .orderBy('number')
    .execute()
  const optimisations = await connection
    .selectFrom('model_optimisation')
    .select('id')
    .where('ended_at', '<', endedBefore)
    .orderBy('number')
    .execute()
  return {
    scoring: jobs.filter(({ result }) => decodeOptionalJson(result)?.dataset === undefined).map(({ id }) => id),
    optimisations: optimisations.map(({ id }) => id),
  }
}

export async function deleteScoringJobs(connection: Connection, ids: readonly string[]): Promise<void> {
  await sql`delete from scoring_job where id in (${sql.join(ids)})`.execute(connection)
}

export async function deleteOptimisations(connection: Connection, ids: readonly string[]): Promise<void> {
  await sql`delete from model_optimisation where id in (${sql.join(ids)})`.execute(connection)
}
