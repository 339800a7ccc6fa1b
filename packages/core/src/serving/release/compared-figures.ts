import type { ShadowComparison } from '../shadow.ts'
import { RELEASE_METRIC_INFO } from './release-metric.ts'

/** What champion and challenger are compared by, and what each has of it, once there are labels. */
export type ComparedFigures = {
  readonly label: string
  readonly champion: number | undefined
  readonly challenger: number | undefined
}

/**
 * The figures of a comparison, whatever its metric.
 *
 * @example comparedFigures(comparison) // { label: 'macro F1', champion: 0.81, challenger: 0.83 }
 */
export function comparedFigures({ metric = 'auc', ...found }: ShadowComparison): ComparedFigures {
  if (metric === 'auc') return { label: 'AUC', champion: found.championAuc, challenger: found.challengerAuc }
  const { label } = RELEASE_METRIC_INFO[metric]
  return { label, champion: found.championValue, challenger: found.challengerValue }
}
