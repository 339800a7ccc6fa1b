export * from './definition.ts'
export * from './graph.ts'
export * from './run.ts'
export * from './step-protocol.ts'
