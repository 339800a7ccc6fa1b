export { ModelThreads, type ModelThreadsOptions, sharedModelThreads } from './model-threads.ts'
