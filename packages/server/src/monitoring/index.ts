export { MonitorStore } from './monitor-store.ts'
export type { EndpointSource, MonitoredVersion, RunStarter } from './monitoring-deps.ts'
export { MonitoringService } from './monitoring-service.ts'
export { addAlertRoutes, addMonitorRoutes } from './routes.ts'
