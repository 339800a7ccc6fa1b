export { LineageService } from './lineage-service.ts'
export type { ServingModels } from './neighbours.ts'
export { addLineageRoutes } from './routes.ts'
