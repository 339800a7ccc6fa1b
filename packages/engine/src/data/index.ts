export type * from './data-engine.ts'
