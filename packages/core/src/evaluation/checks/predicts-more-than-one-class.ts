import { z } from 'zod'
import { defineCheckKind, passedIf, shown } from './check-kind.ts'

const settings = z.strictObject({
  /** The second most frequent prediction must make up at least this share. */
  minimumFraction: z.number().min(0).max(1).default(0.001),
})

/** A model that always gives one answer can score well where one class is frequent. For a regression it counts different values. */
export const predictsMoreThanOneClass = defineCheckKind({
  kind: 'predictsMoreThanOneClass',
  title: 'The model does not always give the same answer',
  settings,
  nameOf: () => 'predicts more than one class',
  run: ({ minimumFraction }, { outcome }) => {
    const counts = new Map<number, number>()
    for (const predicted of outcome.predicted) counts.set(predicted, (counts.get(predicted) ?? 0) + 1)
    const [, second = 0] = [...counts.values()].sort((a, b) => b - a)
    const value = second / outcome.rowCount
    return {
      status: passedIf(counts.size > 1 && value >= minimumFraction),
      value,
      threshold: minimumFraction,
      n: outcome.rowCount,
      message: `Predicts ${counts.size} different ${outcome.task === 'regression' ? 'values' : 'classes'}; the second most frequent in ${shown(value)} of ${outcome.rowCount} rows, at least ${shown(minimumFraction)} expected.`,
    }
  },
})
