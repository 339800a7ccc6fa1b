import { endpoint } from 'regia'

export default endpoint({
  name: 'wine',
  description: 'From which of three cultivars is this wine?',
  stable: 'wine@champion',
})
