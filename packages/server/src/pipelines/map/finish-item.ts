import type { Artifact, Attempt, GraphStep } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import { saveEntry } from '../cache-store.ts'
import type { Failure } from '../finish-step.ts'
import { giveResult, promoteOneOf } from './equal-elements.ts'
import { changeLast } from './item-events.ts'
import { hasStarted, judgeFailure } from './judge-item.ts'
import { count, type Item } from './map-store.ts'
import type { MapRow } from './tables.ts'

/** How the maps stand that a change of one element touched: its own first, then those whose elements waited for its result. */
export type Touched = readonly MapRow[]

const NO_LEASE = { token: null, expires_at: null } as const

/** An element whose attempt succeeded: its outputs stand, and serve whoever has the same key. */
export async function succeedItem(
  connection: Connection,
  item: Item,
  outputs: Readonly<Record<string, Artifact>>,
  now: Moment,
): Promise<Touched> {
  const attempts = changeLast(decodeJson(item.attempts), { status: 'succeeded', finishedAt: now.iso })
  await connection
    .updateTable('map_item')
    .set({
      ...NO_LEASE,
      status: 'succeeded',
      outputs: encodeJson(outputs),
      attempts: encodeJson(attempts),
      metrics: item.metrics,
      duration_ms: durationOf(attempts, now),
      error: null,
    })
    .where('id', '=', item.id)
    .execute()
  const map = await count(connection, item.step_run_id, { running: -1, succeeded: 1 })
  if (item.cache_key === null) return [map]
  const run = { id: item.run_id, pipeline: item.pipeline, number: item.run_number }
  await saveEntry(connection, item.cache_key, run, { outputs, metrics: decodeJson(item.metrics) }, now.iso)
  const others = await giveResult(connection, item.cache_key, outputs)
  // One that waited may belong to the same map, which then stands at its newest count.
  return [others.find(({ step_run_id }) => step_run_id === map.step_run_id) ?? map, ...others]
}

/** An attempt of an element that failed or was lost: another one after a while, or the element has failed. */
export async function failItem(
  connection: Connection,
  item: Item,
  step: GraphStep,
  failure: Failure,
  now: Moment,
): Promise<Touched> {
  const { attempts, error, after } = judgeFailure(step, decodeJson(item.attempts), failure, now.iso)
  if (after.retry) return queueAgain(connection, item, attempts, now.ms + after.delayMs, now)
  await endAttempt(connection, item, attempts, 'failed', {
    error: encodeJson(error),
    duration_ms: durationOf(attempts, now),
  })
  const map = await count(connection, item.step_run_id, { running: -1, failed: 1 })
  if (item.cache_key !== null) await promoteOneOf(connection, item.cache_key, now)
  return [map]
}

/** The worker stops on purpose and hands the attempt back: that is nobody's fault, and another one starts at once. */
export async function giveBackItem(connection: Connection, item: Item, step: GraphStep, now: Moment): Promise<Touched> {
  const attempts = decodeJson(item.attempts)
  if (step.atMostOnce && hasStarted(attempts)) {
    const message = `The worker was stopped while element ${item.number} of step "${step.id}" ran.`
    const error = { code: 'UNAVAILABLE', message } as const
    return failItem(connection, item, step, { status: 'failed', error, isRetryable: false }, now)
  }
  const ended = changeLast(attempts, { status: 'cancelled', finishedAt: now.iso })
  return queueAgain(connection, item, ended, now.ms, now)
}

async function queueAgain(
  connection: Connection,
  item: Item,
  attempts: readonly Attempt[],
  notBefore: number,
  now: Moment,
): Promise<Touched> {
  const next: Attempt = { number: attempts.length + 1, status: 'queued', queuedAt: now.iso }
  await endAttempt(connection, item, [...attempts, next], 'queued', { not_before: notBefore })
  return [await count(connection, item.step_run_id, { running: -1, queued: 1 })]
}

async function endAttempt(
  connection: Connection,
  item: Item,
  attempts: readonly Attempt[],
  status: 'queued' | 'failed',
  values: Partial<Pick<Item, 'not_before' | 'error' | 'duration_ms'>>,
): Promise<void> {
  await connection
    .updateTable('map_item')
    .set({ ...NO_LEASE, ...values, status, attempts: encodeJson(attempts), metrics: item.metrics })
    .where('id', '=', item.id)
    .execute()
}

/** Of the last attempt, without the time in which its inputs were fetched where it said when its code began. */
function durationOf(attempts: readonly Attempt[], now: Moment): number {
  const last = attempts.at(-1)
  const from = last?.startedAt ?? last?.leasedAt
  return from === undefined ? 0 : Math.max(0, now.ms - Date.parse(from))
}
