import { checks } from 'regia'

/** What a model must show on people that it has never seen. */
export const incomeChecks = checks('income', ({ model, test, baseline }) => {
  model.predictsMoreThanOneClass()
  model.on(test).precision('>50K').isAtLeast(0.7, { confidence: 0.95 })
  model.on(test).recall('>50K').isAtLeast(0.55, { confidence: 0.95 })
  model.on(test).auc().beats(baseline.majority(), baseline.stratified()).by(0.1)
})
