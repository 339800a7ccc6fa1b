import { RegiaError } from '../kernel/index.ts'
import { gradientBoostingKind } from './gradient-boosting/gradient-boosting.ts'
import type { LearnerKind } from './learner.ts'
import { logisticRegressionKind } from './logistic-regression.ts'
import { majorityKind } from './majority.ts'
import { stratifiedRandomKind } from './stratified-random.ts'

/** Every kind of learner. A new one is a file beside these and a line here. */
export const LEARNERS: readonly LearnerKind[] = [
  gradientBoostingKind,
  logisticRegressionKind,
  majorityKind,
  stratifiedRandomKind,
]

/** @throws RegiaError `NOT_FOUND` naming the kinds there are. */
export function getLearnerKind(kind: string): LearnerKind {
  const found = LEARNERS.find((entry) => entry.kind === kind)
  if (found) return found
  throw new RegiaError('NOT_FOUND', `There is no learner "${kind}".`, {
    hint: `There are: ${LEARNERS.map((entry) => entry.kind).join(', ')}.`,
  })
}
