import { monitor } from 'regia'

export default monitor({
  name: 'penguins',
  endpoint: 'penguins',
  window: '1d',
  performance: { metric: 'accuracy', minimum: 0.9, labelDelay: '1d', minimumLabels: 50 },
})
