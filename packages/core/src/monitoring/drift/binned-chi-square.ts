import { chiSquareContingency } from '../../statistics/index.ts'
import { type DriftTest, excessVariation, NO_DRIFT, totalOf, withoutRareBins } from './drift-test.ts'

/** Did rows move to other bins or categories? Sees any change of shape, for text and numbers. Nulls are left to their own test. */
export const binnedChiSquare: DriftTest = {
  name: 'chi-square',
  title: 'Rows moved to other values',
  appliesTo: () => true,
  minimumEffectShare: 1,
  compare: (reference, sketch) => {
    const window = [...sketch.counts]
    if (totalOf(window) === 0 || totalOf(reference.counts) === 0) return NO_DRIFT
    const pair = withoutRareBins({ reference: reference.counts, window })
    const { statistic, pValue } = chiSquareContingency([pair.reference, pair.window])
    return { statistic, pValue, effect: excessVariation(pair) }
  },
}
