import type { RunStatus, RunSummary } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeOptionalJson } from '../database/json-text.ts'
import { summaryOf } from './run-views.ts'

/** Values of one query that stay well below SQLite's limit. */
const IDS_PER_QUERY = 500
const ENDED: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled']

/** Those of the runs that there are, by id. */
export async function findRuns(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RunSummary>> {
  const found = new Map<string, RunSummary>()
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const wanted = ids.slice(start, start + IDS_PER_QUERY)
    const rows = await connection.selectFrom('run').selectAll().where('id', 'in', wanted).execute()
    for (const row of rows) found.set(row.id, summaryOf(row))
  }
  return found
}

/** Runs that ended at a time or later, in the order in which they did. */
export async function runsEndedSince(connection: Connection, since: string): Promise<readonly RunSummary[]> {
  const rows = await connection
    .selectFrom('run')
    .selectAll()
    .where('status', 'in', ENDED)
    .where('finished_at', '>=', since)
    .orderBy('finished_at')
    .execute()
  return rows.map(summaryOf)
}

/** Whether the run of a pipeline that ended before this one failed. Runs that were cancelled tell nothing. */
export async function hasFailedBefore(connection: Connection, run: RunSummary): Promise<boolean> {
  const row = await connection
    .selectFrom('run')
    .select('status')
    .where('pipeline', '=', run.pipeline)
    .where('id', '!=', run.id)
    .where('status', 'in', ['succeeded', 'failed'])
    .where('finished_at', '<=', run.finishedAt ?? '')
    .orderBy('finished_at', 'desc')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.status === 'failed'
}

/** Approve steps that wait for a person, with their runs. */
export async function findPendingApprovals(
  connection: Connection,
): Promise<readonly { readonly run: RunSummary; readonly step: string; readonly question: string }[]> {
  const rows = await connection
    .selectFrom('step_run')
    .innerJoin('run', 'run.id', 'step_run.run_id')
    .selectAll('run')
    .select(['step_run.step', 'step_run.approval'])
    .where('step_run.status', '=', 'paused')
    .where('run.status', 'in', ['queued', 'running', 'paused'])
    .execute()
  return rows.flatMap((row) => {
    const approval = decodeOptionalJson(row.approval)
    if (!approval || approval.isApproved !== undefined) return []
    return [{ run: summaryOf(row), step: row.step, question: approval.question }]
  })
}
