import type { Artifact, CacheDecision, Digest, GraphStep } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { cacheKey, codeFileParts, keyParts } from './cache-key.ts'
import { type CacheEntry, findEntry } from './cache-store.ts'
import { type CacheUse, decide } from './explain-decision.ts'
import type { LastParts } from './last-parts.ts'
import type { OrderedVersion } from './version-store.ts'

/** How a run uses the cache. */
export type CachePolicy = {
  readonly version: Pick<OrderedVersion, 'graph'>
  readonly useCache: boolean
  readonly refresh: ReadonlySet<string>
}

export type LookUp = {
  readonly key: Digest
  readonly use: CacheUse
  readonly decision: CacheDecision
  /** What the cache has and the step may take. */
  readonly entry: CacheEntry | undefined
}

/** What the cache says of a step whose inputs are known. */
export async function lookUpResult(
  connection: Connection,
  policy: CachePolicy,
  step: GraphStep,
  inputs: Readonly<Record<string, Artifact>>,
  lastParts: LastParts,
  nowMs: number,
): Promise<LookUp> {
  const deciding = keyParts(step, inputs, policy.version.graph.lockfileDigest)
  const key = cacheKey(deciding)
  const use = cacheUse(policy, step)
  const source = use === 'yes' ? await findEntry(connection, key) : undefined
  const decision = decide({
    key,
    parts: { ...deciding, ...codeFileParts(step) },
    before: await lastParts.find(step.id),
    source,
    use,
    expiredAfterMs: source && isExpired(step, source, nowMs) ? step.cacheTtlMs : undefined,
  })
  return { key, use, decision, entry: decision.hit ? source : undefined }
}

/** Whether other runs may have or make the result of this step. What was saved may be gone or changed since: that is looked at each time. */
export const isCacheable = ({ cache, kind }: GraphStep): boolean => cache && kind !== 'approve' && kind !== 'save'

function cacheUse({ useCache, refresh }: CachePolicy, step: GraphStep): CacheUse {
  if (step.kind === 'approve') return 'asked'
  if (!isCacheable(step)) return 'never'
  if (!useCache) return 'afresh'
  return refresh.has(step.id) ? 'refresh' : 'yes'
}

const isExpired = ({ cacheTtlMs }: GraphStep, { createdAt }: CacheEntry, nowMs: number): boolean =>
  cacheTtlMs !== undefined && nowMs - Date.parse(createdAt) > cacheTtlMs
