import { endpoint } from 'regia'

export default endpoint({
  name: 'delays',
  description: 'At departure: will this flight arrive more than 15 minutes late?',
  stable: 'delays@champion',
  shadow: { model: 'delays@challenger', rule: { minimumDifference: -0.002, minimumPairs: 4000, maximumPairs: 25_000 } },
})
