import { checks } from 'regia'

/** What a model of delays must show on days after its training before anybody is served by it. */
export const delayChecks = checks('delays', ({ model, test, baseline }) => {
  model.predictsMoreThanOneClass()
  model.on(test).auc().isAtLeast(0.65, { confidence: 0.95 })
  model.on(test).precision('true').isAtLeast(0.4, { confidence: 0.95 })
  model.on(test).auc().beats(baseline.majority(), baseline.stratified()).by(0.05)
})

export default delayChecks
