import { endpoint } from 'regia'

export default endpoint({
  name: 'churn',
  description: 'Will this customer leave?',
  stable: 'churn@champion',
})
