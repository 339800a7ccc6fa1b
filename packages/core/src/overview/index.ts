export * from './overview.ts'
export * from './server-event.ts'
