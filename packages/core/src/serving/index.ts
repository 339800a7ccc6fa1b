export * from './endpoint.ts'
export * from './prediction.ts'
