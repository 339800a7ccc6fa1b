import { type Attempt, type StepEvent, toIso } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'

/** Keeps when the step's own code began, where the events tell: until then its process was made ready. */
export async function noteStarted(
  connection: Connection,
  stepRunId: string,
  events: readonly StepEvent[],
  nowMs: number,
): Promise<void> {
  const started = events.find((event) => event.type === 'started')
  if (!started) return
  const row = await connection
    .selectFrom('step_run')
    .select('attempts')
    .where('id', '=', stepRunId)
    .executeTakeFirstOrThrow()
  const attempts = decodeJson(row.attempts)
  const last = attempts.at(-1)
  if (!last || last.startedAt !== undefined) return
  const noted = [...attempts.slice(0, -1), { ...last, startedAt: withinLease(last, started.at, nowMs) }]
  await connection
    .updateTable('step_run')
    .set({ attempts: encodeJson(noted) })
    .where('id', '=', stepRunId)
    .execute()
}

/** A worker's clock may be another one; times of an attempt follow one another all the same. */
export function withinLease({ leasedAt, queuedAt }: Attempt, at: string, nowMs: number): string {
  const fromMs = Date.parse(leasedAt ?? queuedAt)
  return toIso(Math.min(Math.max(Date.parse(at), fromMs), Math.max(nowMs, fromMs)))
}
