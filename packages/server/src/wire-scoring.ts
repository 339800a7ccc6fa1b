import type { App } from './http/app.ts'
import { addScoringRoutes } from './protocols/mlflow-scoring/index.ts'
import type { InferenceService } from './protocols/open-inference/index.ts'
import { type PredictProtocol, predictWire, type Serving } from './serving/index.ts'
import { wireScoringProtocol } from './wire-protocols.ts'

export type ScoringWiring = {
  readonly endpoints: Serving['endpoints']
  readonly clock: Serving['clock']
  readonly inference: InferenceService
  readonly rootEndpoint: string | undefined
  readonly maxBodyBytes: number
}

/** MLflow's scoring protocol over the endpoints. @returns How it reads and answers, for the short way. */
export function addScoring(app: App, { endpoints, clock, inference, ...options }: ScoringWiring): PredictProtocol {
  const protocol = wireScoringProtocol((name) => inference.notReady(name))
  addScoringRoutes(app, {
    ...options,
    names: () => inference.names(),
    isReady: (name) => inference.isModelReady(name, undefined),
    score: async (name, request) => predictWire(endpoints.get(name), protocol, request, clock),
  })
  return protocol
}
