export { addSearchRoutes } from './routes.ts'
export { RunSearchService } from './run-search-service.ts'
