import type { Need } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeOptionalJson } from '../database/json-text.ts'
import { summaryOf } from './run-views.ts'

const MOST = 20

/** What runs ask people and nobody has answered yet, the longest waiting first. */
export async function listApprovals(connection: Connection): Promise<readonly Extract<Need, { kind: 'approval' }>[]> {
  const rows = await connection
    .selectFrom('step_run')
    .innerJoin('run', 'run.id', 'step_run.run_id')
    .selectAll('run')
    .select(['step_run.step', 'step_run.approval', 'step_run.started_at as asked_at'])
    .where('step_run.status', '=', 'paused')
    .where('run.status', 'in', ['running', 'paused'])
    .orderBy('step_run.started_at')
    .limit(MOST)
    .execute()
  return rows.flatMap((row) => {
    const approval = decodeOptionalJson(row.approval)
    if (!approval || approval.isApproved !== undefined) return []
    return [{ kind: 'approval', run: summaryOf(row), step: row.step, approval, since: row.asked_at ?? row.created_at }]
  })
}
