export { MetricHistoryService } from './metric-history-service.ts'
