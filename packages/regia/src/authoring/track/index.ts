export type { DatasetOptions, DatasetSource } from '../../tracking/dataset-source.ts'
export type { ActiveRun, TrackOptions } from './active-run.ts'
export { currentRun } from './current-run.ts'
export { startRun, track } from './track.ts'
