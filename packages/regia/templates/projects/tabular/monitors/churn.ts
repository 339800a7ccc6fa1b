import { monitor } from 'regia'

export default monitor({
  name: 'churn',
  endpoint: 'churn',
  window: '1d',
  performance: { metric: 'auc', minimum: 0.65, labelDelay: '30d', minimumLabels: 100 },
})
