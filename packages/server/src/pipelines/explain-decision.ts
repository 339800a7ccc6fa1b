import type { CacheDecision, Digest, RunId } from '@regia/core'
import { cacheKey, type KeyParts } from './cache-key.ts'

type Changes = CacheDecision['changed']

/** Where a result could be taken from: the run whose outputs are in the cache. */
export type CacheSource = { readonly runId: RunId; readonly pipeline: string; readonly number: number }

export type DecisionInput = {
  readonly parts: KeyParts
  /** Of the last decision about this step; absent when it never came so far. */
  readonly before: KeyParts | undefined
  readonly source: CacheSource | undefined
  /** The step itself may be cached. */
  readonly isCacheable: boolean
  /** The run takes results from the cache. */
  readonly usesCache: boolean
}

/** Decides whether a step's result is taken from the cache and says why, for `regia why`. */
export function decide(input: DecisionInput): CacheDecision {
  const key: Digest = cacheKey(input.parts)
  const changed = input.before ? changesBetween(input.before, input.parts) : []
  const { source } = input
  if (source && input.isCacheable && input.usesCache) {
    const reason = `Code and inputs are those of ${source.pipeline} #${source.number}; its outputs were taken.`
    return { key, hit: true, sourceRunId: source.runId, parts: { ...input.parts }, changed, reason }
  }
  return { key, hit: false, parts: { ...input.parts }, changed, reason: missReason(input, changed) }
}

function missReason({ before, isCacheable, usesCache }: DecisionInput, changed: Changes): string {
  if (!isCacheable) return 'This step is never taken from the cache (cache: false).'
  if (!usesCache) return 'The run was asked to do everything afresh.'
  if (!before) return 'This step has not run before.'
  if (changed.length === 0) return 'Nothing changed, but the last run of this step left no result.'
  return `Changed since the last run of this step: ${changed.map(({ part }) => part).join(', ')}.`
}

/** The parts that differ, in the order of their names. */
export function changesBetween(before: KeyParts, now: KeyParts): Changes {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return names
    .filter((part) => before[part] !== now[part])
    .map((part) => ({
      part,
      ...(before[part] !== undefined && { before: before[part] }),
      ...(now[part] !== undefined && { now: now[part] }),
    }))
}
