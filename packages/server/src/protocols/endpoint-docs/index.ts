export { addEndpointDocs, type EndpointDocsDeps } from './routes.ts'
