export { MetricHistoryService } from './metric-history-service.ts'
export { addMetricRoutes } from './routes.ts'
