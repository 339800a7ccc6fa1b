import { checks } from 'regia'

/** What a model must show on customers that it has never seen. */
export const churnChecks = checks('churn', ({ model, test, baseline }) => {
  model.predictsMoreThanOneClass()
  model.on(test).auc().isAtLeast(0.65, { confidence: 0.95 })
  model.on(test).auc().beats(baseline.majority(), baseline.stratified()).by(0.1)
})
