export * from './feature-view.ts'
export * from './point-in-time-sql.ts'
export * from './rolling-aggregate.ts'
