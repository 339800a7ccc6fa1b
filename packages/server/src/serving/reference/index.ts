export { addReferenceRoutes } from './reference-routes.ts'
export { ReferenceService, withLoggedReferences } from './reference-service.ts'
export { ReferenceStore } from './reference-store.ts'
