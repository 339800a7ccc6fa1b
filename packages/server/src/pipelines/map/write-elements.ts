import type { Digest } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import { findKeysUnderWay, firstAttempt } from './equal-elements.ts'
import type { Element } from './find-elements.ts'
import { findKnownResults, type KnownResult, type ResultSource } from './known-results.ts'
import { count, findMap } from './map-store.ts'
import type { ItemRow } from './tables.ts'

export type NewElement = Element & { readonly id: string; readonly number: number; readonly key: Digest }

/**
 * Writes some elements of a mapped step, each as far as it goes by itself: `cached` where its result is known, `waiting` where another one
 * with the same key is under way, else `queued`.
 *
 * @returns The last values of what the cached ones once logged; `undefined` when the step has come to its end in the meantime.
 */
export async function writeElements(
  connection: Connection,
  stepRunId: string,
  elements: readonly NewElement[],
  { source, isCacheable }: { readonly source: ResultSource; readonly isCacheable: boolean },
  now: Moment,
): Promise<KnownResult['metrics'] | undefined> {
  if ((await findMap(connection, stepRunId))?.state !== 'expanding') return undefined
  const known = await findKnownResults(connection, elements, source, now.ms)
  const keys = elements.map(({ key }) => key)
  const underWay = source.usesCache ? await findKeysUnderWay(connection, keys) : undefined
  const counts = { cached: 0, waiting: 0, queued: 0 }
  const rows = elements.map((element): ItemRow => {
    const result = known.get(element.number)
    const status = result ? 'cached' : underWay?.has(element.key) ? 'waiting' : 'queued'
    if (status === 'queued') underWay?.add(element.key)
    counts[status]++
    return { ...emptyRow(element, stepRunId, isCacheable, now), ...stateOf(status, result, now) }
  })
  await connection.insertInto('map_item').values(rows).execute()
  await count(connection, stepRunId, counts)
  return Object.assign({}, ...[...known.values()].map(({ metrics }) => metrics))
}

const stateOf = (status: 'cached' | 'waiting' | 'queued', result: KnownResult | undefined, now: Moment) => ({
  status,
  attempts: encodeJson(status === 'queued' ? firstAttempt(now) : []),
  ...(result && { outputs: encodeJson(result.outputs), metrics: encodeJson(result.metrics) }),
})

const emptyRow = (
  { id, number, label, artifact, key }: NewElement,
  stepRunId: string,
  isCacheable: boolean,
  now: Moment,
): ItemRow => ({
  id,
  step_run_id: stepRunId,
  number,
  label,
  status: 'queued',
  element: encodeJson(artifact),
  key,
  cache_key: isCacheable ? key : null,
  attempts: encodeJson([]),
  not_before: now.ms,
  token: null,
  worker: null,
  expires_at: null,
  outputs: encodeJson({}),
  metrics: encodeJson({}),
  duration_ms: null,
  error: null,
})
