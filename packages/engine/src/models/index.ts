export type * from './model-session-types.ts'
