import { checks } from 'regia'

export const wineChecks = checks('wine', ({ model, test, baseline }) => {
  model.predictsMoreThanOneClass()
  model.on(test).accuracy().isAtLeast(0.85, { confidence: 0.95 })
  model.on(test).accuracy().beats(baseline.majority()).by(0.3)
})
