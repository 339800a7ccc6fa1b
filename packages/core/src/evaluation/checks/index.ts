import { RegiaError } from '../../kernel/index.ts'
import { beatsBaseline } from './beats-baseline.ts'
import type { CheckKind } from './check-kind.ts'
import { invariantTo } from './invariant-to.ts'
import { isCalibrated } from './is-calibrated.ts'
import { metricAtLeast, metricAtMost } from './metric-bound.ts'
import { predictsMoreThanOneClass } from './predicts-more-than-one-class.ts'
import { respondsTo } from './responds-to.ts'
import { sliceGapAtMost } from './slice-gap-at-most.ts'
import { stableUnderNoise } from './stable-under-noise.ts'

/** Every kind of check. A new one is a file and a line here. */
export const CHECK_KINDS: readonly CheckKind[] = [
  predictsMoreThanOneClass,
  metricAtLeast,
  metricAtMost,
  beatsBaseline,
  sliceGapAtMost,
  isCalibrated,
  invariantTo,
  stableUnderNoise,
  respondsTo,
]

/** @throws RegiaError `NOT_FOUND` naming the kinds that there are. */
export function getCheckKind(kind: string): CheckKind {
  const found = CHECK_KINDS.find((candidate) => candidate.kind === kind)
  if (found) return found
  throw new RegiaError('NOT_FOUND', `There is no kind of check "${kind}".`, {
    where: 'kind',
    hint: `Kinds are: ${CHECK_KINDS.map((candidate) => candidate.kind).join(', ')}.`,
  })
}

export type { CheckKind, Finding } from './check-kind.ts'
export { defineCheckKind } from './check-kind.ts'
