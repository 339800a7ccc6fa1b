export { CatalogService } from './catalog-service.ts'
export { addCatalogRoutes } from './routes.ts'
