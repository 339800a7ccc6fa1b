export type * from './data-engine.ts'
export { createDataWorker, type DataWorkerProcess } from './data-worker.ts'
export { createDataEngine } from './duckdb-engine.ts'
export { namesHint, nearMiss } from './near-miss.ts'
