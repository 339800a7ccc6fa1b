export type { Members } from './open-composition.ts'
export { openComposition } from './open-composition.ts'
export { packageComposition } from './package-composition.ts'
export { RowBatch } from './row-batch.ts'
