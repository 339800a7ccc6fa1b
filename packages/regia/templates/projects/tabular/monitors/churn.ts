import { monitor } from 'regia'

export default monitor({
  name: 'churn',
  endpoint: 'churn',
  window: '1d',
  performance: { metric: 'auc', minimum: 0.7, labelDelay: '30d', minimumLabels: 100 },
})
