/**
 * The authoring API: what `import { step, pipeline, … } from 'regia'` gives.
 *
 * Builders and lazy calls only: importing it loads no server, database, bundler or model runtime.
 */

export type {
  Alert,
  DatasetVersion,
  Decision,
  Demo,
  ModelVersion,
  RollingAggregate,
  Run,
  RunSummary,
} from '@regia/core'
export { reportSchema } from '@regia/core'
export { createClient, type RegiaClient } from '@regia/sdk'
export * from './authoring/index.ts'
export type { DemoContext } from './project/demo-module.ts'
export type { DeployedProject } from './project/deploy-project.ts'
export { type ReadTableOptions, readTable } from './read-table.ts'
