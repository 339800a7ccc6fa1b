import { type DriftTest, NO_DRIFT, sharesDiffer, totalOf } from './drift-test.ts'

/**
 * Do values come that training never saw? A renamed category shows here even when few rows have it: a quarter of the effect is enough.
 *
 * How many new values are to be expected when nothing changed is estimated by how many training saw exactly once.
 *
 * @see Good (1953), *The population frequencies of species and the estimation of population parameters*.
 */
export const unseenCategories: DriftTest = {
  name: 'unseen-categories',
  title: 'Values appear that training never saw',
  appliesTo: (reference) => reference.kind === 'categorical' && reference.isComplete,
  minimumEffectShare: 0.25,
  compare: (reference, sketch) => {
    const seen = totalOf(reference.counts)
    const present = sketch.n - sketch.nulls
    if (reference.kind !== 'categorical' || seen === 0 || present === 0) return NO_DRIFT
    // Fewer new values than expected are no fault.
    if (sketch.unseen / present <= reference.singletonCount / seen) return NO_DRIFT
    return sharesDiffer([reference.singletonCount, seen], [sketch.unseen, present - sketch.unseen])
  },
}
