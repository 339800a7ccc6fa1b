export { type AppendListener, EndpointLog, type EndpointLogOptions, type LogEntry } from './endpoint-log.ts'
export { LogArchive, type LogArchiveOptions } from './log-archive.ts'
export type { LogTrouble } from './log-trouble.ts'
export { parsePredictionId, type RecordPlace } from './prediction-id.ts'
export { PredictionLog, type PredictionLogOptions } from './prediction-log.ts'
export {
  type LabelRecord,
  type LogPosition,
  type LogRecord,
  type PlacedRecord,
  type PredictionRecord,
  predictionPayload,
  type RewardRecord,
  recordPayload,
  type ShadowRecord,
} from './record.ts'
export type { PredictionFilter } from './segment-index.ts'
