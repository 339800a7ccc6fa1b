import type { ErrorBody } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { decodeOptionalJson } from '../../database/json-text.ts'
import type { MapRow } from './tables.ts'

const SHOWN_REASONS = 3

/** Why a mapped step failed: how many of its elements did, and what the first of them said. */
export async function errorOfMap(connection: Connection, map: MapRow): Promise<ErrorBody> {
  const rows = await connection
    .selectFrom('map_item')
    .select(['number', 'label', 'error'])
    .where('step_run_id', '=', map.step_run_id)
    .where('status', '=', 'failed')
    .orderBy('number')
    .limit(SHOWN_REASONS)
    .execute()
  const errors = rows.map(({ number, label, error }) => ({ number, label, error: decodeOptionalJson(error) }))
  const reasons = errors.map(
    ({ number, label, error }) => `element ${number} (${label}): ${error?.message ?? 'unknown'}`,
  )
  const first = errors[0]?.error
  const wanted =
    map.minimum_success === 1 ? 'all must succeed' : `at least ${percent(map.minimum_success)} must succeed`
  return {
    code: first?.code ?? 'USER_CODE_FAILED',
    message: `${map.failed} of ${map.total} elements of step "${map.step}" failed; ${wanted}. ${reasons.join(' · ')}`,
    where: first?.where ?? `step "${map.step}"`,
    hint: 'Look at the log of a failed element; "regia recover" takes over those that succeeded. A lower minimumSuccess leaves failed ones out.',
    data: { failed: map.failed, total: map.total },
    ...(first?.stack !== undefined && { stack: first.stack }),
  }
}

const percent = (share: number): string => `${Number((share * 100).toFixed(4))} %`
