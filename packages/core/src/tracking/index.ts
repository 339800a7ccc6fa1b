export * from './metric.ts'
