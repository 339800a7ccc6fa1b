export {
  createClient,
  type PredictionListQuery,
  type RegiaClient,
  type RunListQuery,
  type TrafficPoint,
} from './client.ts'
export type { ClientOptions } from './transport.ts'
