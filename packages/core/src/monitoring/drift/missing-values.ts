import { type DriftTest, NO_DRIFT, sharesDiffer, totalOf } from './drift-test.ts'

/** Are more (or fewer) values missing? A burst of nulls is a fault of the data far more often than a change of the world: half of the effect is enough. */
export const missingValues: DriftTest = {
  name: 'missing-values',
  title: 'More or fewer values are missing',
  appliesTo: () => true,
  minimumEffectShare: 0.5,
  compare: (reference, sketch) => {
    const present = totalOf(reference.counts)
    if (sketch.n === 0 || present + reference.nullCount === 0) return NO_DRIFT
    return sharesDiffer([reference.nullCount, present], [sketch.nulls, sketch.n - sketch.nulls])
  },
}
