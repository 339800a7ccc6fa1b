import { alertTime, monitor, retrain } from 'regia'

export default monitor({
  name: 'delays',
  endpoint: 'delays',
  window: '1d',
  // Weather moves the delays of any day; what counts is a shift that stays.
  drift: { falseAlarmRate: 0.01, minimumEffect: 0.15, minimumRows: 200 },
  performance: { metric: 'auc', minimum: 0.64, labelDelay: '8h', minimumLabels: 200 },
  consecutiveWindows: 3,
  actions: [
    retrain('delays', {
      cooldown: '45d',
      params: {
        trainFrom: alertTime({ minus: '90d', as: 'date' }),
        trainUntil: alertTime({ minus: '11d', as: 'date' }),
        testUntil: alertTime({ minus: '2d', as: 'date' }),
      },
    }),
  ],
})
