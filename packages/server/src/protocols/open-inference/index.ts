export { inferProtocol } from './infer-protocol.ts'
export { type InferenceDeps, InferenceService, type RepositoryState } from './inference-service.ts'
export { addOpenInferenceRoutes, type OpenInferenceDeps } from './routes.ts'
