import type { CacheDecision, Digest, RunId } from '@regia/core'
import { isCodeFile, type KeyParts } from './cache-key.ts'
import { durationText } from './duration-text.ts'

type Changes = CacheDecision['changed']

/** Where a result could be taken from: the run whose outputs are in the cache. */
export type CacheSource = { readonly runId: RunId; readonly pipeline: string; readonly number: number }

/**
 * Whether the step may take its outputs from the cache; if not, who says so: `never`, it is declared so · `asked`, a person decides each
 * time · `afresh`, the run does everything again · `refresh`, the run does this step again.
 */
export type CacheUse = 'yes' | 'never' | 'asked' | 'afresh' | 'refresh'

export type DecisionInput = {
  readonly key: Digest
  readonly parts: KeyParts
  /** Of the last decision about this step; absent when it never came so far. */
  readonly before: KeyParts | undefined
  readonly source: CacheSource | undefined
  readonly use: CacheUse
  /** The result in the cache is older than this many milliseconds, the longest that this step's are taken. */
  readonly expiredAfterMs?: number | undefined
}

/** Decides whether a step's result is taken from the cache and says why, for `regia why`. */
export function decide(input: DecisionInput): CacheDecision {
  const { key, source, use, expiredAfterMs } = input
  const changed = input.before ? changesBetween(input.before, input.parts) : []
  const parts = { ...input.parts }
  if (source && use === 'yes' && expiredAfterMs === undefined) {
    const reason = `Code and inputs are those of ${source.pipeline} #${source.number}; its outputs were taken.`
    return { key, hit: true, sourceRunId: source.runId, parts, changed, reason }
  }
  return { key, hit: false, parts, changed, reason: missReason(input, changed) }
}

const REFUSALS: Readonly<Record<Exclude<CacheUse, 'yes'>, string>> = {
  never: 'This step is never taken from the cache (cache: false).',
  asked: 'A person is asked each time.',
  afresh: 'The run was asked to do everything afresh.',
  refresh: 'The run was asked to do this step afresh.',
}

function missReason({ before, source, use, expiredAfterMs }: DecisionInput, changed: Changes): string {
  if (use !== 'yes') return REFUSALS[use]
  if (source && expiredAfterMs !== undefined) {
    const from = `${source.pipeline} #${source.number}`
    return `The result of ${from} is older than ${durationText(expiredAfterMs)}, the longest that this step's are taken.`
  }
  if (!before) return 'This step has not run before.'
  if (changed.length === 0) return 'Nothing changed, but the last run of this step left no result.'
  return `Changed since the last run of this step: ${changed.map(({ part }) => part).join(', ')}.`
}

/** The parts that differ, in the order of their names; changed code is named by its files where these are known. */
export function changesBetween(before: KeyParts, now: KeyParts): Changes {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  const differing = names.filter((part) => before[part] !== now[part])
  const knowsFiles = [before, now].every((parts) => Object.keys(parts).some(isCodeFile))
  const files = differing.includes('code') && knowsFiles ? differing.filter(isCodeFile) : []
  return differing
    .filter((part) => (isCodeFile(part) ? files.length > 0 : part !== 'code' || files.length === 0))
    .map((part) => ({
      part,
      ...(before[part] !== undefined && { before: before[part] }),
      ...(now[part] !== undefined && { now: now[part] }),
    }))
}
