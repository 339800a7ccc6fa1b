export { NotificationService } from './notification-service.ts'
export { addNotificationRoutes } from './routes.ts'
export type { CustomNotifier } from './via/index.ts'
