/**
 * Tests of a project, in Vitest or any other runner: a step alone with its own `run`, a pipeline on small data with {@link runPipeline}, and the
 * whole project against a server of its own with {@link startProject}.
 */
export { type RunPipelineOptions, runPipeline } from './run-pipeline.ts'
export { type ProjectServer, startProject } from './start-project.ts'
export type { TestRun } from './test-run.ts'
