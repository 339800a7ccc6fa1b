export {
  createClient,
  type PredictionListQuery,
  type RegiaClient,
  type RunListQuery,
  type TrafficPoint,
} from './client.ts'
export type { AliasRequestListQuery, FoundPage, ModelListQuery } from './models.ts'
export type { OptimisationListQuery } from './optimisations.ts'
export * from './run-logger/index.ts'
export type { ExperimentChange, ExperimentListQuery, FilesQuery } from './tracking.ts'
export type { ClientOptions } from './transport.ts'
