import type { Attempt, StepEvent } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'
import { withinLease } from '../attempt-started.ts'
import { appendLines, appendMetrics } from '../log-store.ts'
import type { Item } from './map-store.ts'

/** Keeps what an attempt of an element said. @returns The element as it then is: its last numbers, and when its code began. */
export async function appendItemEvents(
  connection: Connection,
  item: Item,
  events: readonly StepEvent[],
  nowMs: number,
): Promise<Item> {
  const attempts = decodeJson(item.attempts)
  const source = {
    runId: item.run_id,
    stepRunId: item.step_run_id,
    step: item.step,
    item: item.number,
    attempt: attempts.length,
  }
  const lines = events.filter((event) => event.type === 'log')
  await appendLines(connection, source, lines)
  const points = events.filter((event) => event.type === 'metric')
  await appendMetrics(connection, source, points)
  const started = events.find((event) => event.type === 'started')
  if (points.length === 0 && !started) return item
  const last = Object.fromEntries(points.map(({ name, value }) => [name, value]))
  return {
    ...item,
    metrics: encodeJson({ ...decodeJson(item.metrics), ...last }),
    attempts: encodeJson(started ? withStart(attempts, started.at, nowMs) : attempts),
  }
}

function withStart(attempts: readonly Attempt[], at: string, nowMs: number): readonly Attempt[] {
  const last = attempts.at(-1)
  if (!last || last.startedAt !== undefined) return attempts
  return changeLast(attempts, { startedAt: withinLease(last, at, nowMs) })
}

/** Attempts with the last one changed. */
export const changeLast = (attempts: readonly Attempt[], change: Partial<Attempt>): readonly Attempt[] => {
  const last = attempts.at(-1)
  return last ? [...attempts.slice(0, -1), { ...last, ...change }] : attempts
}
