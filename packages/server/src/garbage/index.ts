export { type GarbageDeps, GarbageService } from './garbage-service.ts'
export { addGarbageRoutes } from './routes.ts'
