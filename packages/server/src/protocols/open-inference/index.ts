export { inferProtocol } from './infer-protocol.ts'
export { addOpenInferenceRoutes, type OpenInferenceDeps } from './routes.ts'
