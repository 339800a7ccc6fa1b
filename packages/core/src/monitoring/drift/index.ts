import { binnedChiSquare } from './binned-chi-square.ts'
import { binnedKolmogorovSmirnov } from './binned-kolmogorov-smirnov.ts'
import type { DriftTest } from './drift-test.ts'
import { missingValues } from './missing-values.ts'
import { unseenCategories } from './unseen-categories.ts'

/** Every drift test. A new one is a file and a line here. */
export const DRIFT_TESTS: readonly DriftTest[] = [
  binnedChiSquare,
  binnedKolmogorovSmirnov,
  missingValues,
  unseenCategories,
]

export type { DriftFinding, DriftTest } from './drift-test.ts'
