import { checks } from 'regia'

/** What a model must fulfil before it may name penguins. */
export const penguinChecks = checks('penguins', ({ model, test, baseline }) => {
  model.predictsMoreThanOneClass()
  model.on(test).accuracy().isAtLeast(0.85, { confidence: 0.95 })
  model.on(test).accuracy().beats(baseline.majority()).by(0.2)
})
