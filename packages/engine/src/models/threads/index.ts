export { ModelThreads, type ModelThreadsOptions, sharedModelThreads, warmRuntime } from './model-threads.ts'
