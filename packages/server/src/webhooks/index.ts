export { addWebhookRoutes } from './routes.ts'
export { type WebhookMessage, WebhookService } from './webhook-service.ts'
