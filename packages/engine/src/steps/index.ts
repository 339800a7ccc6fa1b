export type { PoolLimits } from './child-pool.ts'
export { EXECUTORS } from './executors.ts'
export { layOutFolder, readFolderManifest } from './lay-out-folder.ts'
export { readArtifactList } from './local-inputs.ts'
export { type ProgramOptions, spawnProgram } from './spawn-program.ts'
export { queryTables } from './step-data.ts'
export type {
  DraftGraph,
  DraftStep,
  FileHandle,
  FolderHandle,
  ModelHandle,
  PipelineDefinition,
  PortDefinition,
  Progress,
  StepContext,
  StepDefinition,
  TableHandle,
  TableOutput,
  ValueParser,
} from './step-definition.ts'
export type {
  AttemptOutcome,
  ExecutorFactory,
  ExecutorOptions,
  ReadyAttempt,
  StepExecutor,
} from './step-executor.ts'
export { tableOfRows } from './table-of-rows.ts'
export { startWorker, type Worker, type WorkerOptions } from './worker.ts'
export type { WorkerClient } from './worker-client.ts'
