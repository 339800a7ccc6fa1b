export { GarbageService } from './garbage-service.ts'
export { addGarbageRoutes } from './routes.ts'
