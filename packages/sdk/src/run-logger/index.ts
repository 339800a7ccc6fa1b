export { mayPass } from './deliver.ts'
export {
  createRunLogger,
  type LogClient,
  type MetricOptions,
  type RunLogger,
  type RunLoggerOptions,
} from './run-logger.ts'
