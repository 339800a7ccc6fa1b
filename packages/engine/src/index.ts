export * from './blobs/index.ts'
export * from './data/index.ts'
export * from './models/index.ts'
