import type { Row, ServedBy } from '@regia/core'

/** A prediction as it is logged. Times are milliseconds since 1970; `at` is event time. */
export type PredictionRecord = {
  readonly kind: 'prediction'
  readonly model: string
  readonly version: number
  readonly at: number
  readonly loggedAt: number
  /** From the request's arrival until it was logged. */
  readonly latencyMs: number
  readonly score: number
  readonly label?: string
  /** Asked of this version by hand, or in place of another: no release counts it. */
  readonly outOfRelease?: true
  /** What answered in place of the version. */
  readonly servedBy?: ServedBy
  /** The version had answered the same row before; this is that answer. */
  readonly cached?: true
  /** No class was probable enough; the asker was told so, and not the label. */
  readonly isUndecided?: true
  readonly row: Row
}

/** What really happened. `at` is the event time at which it became known. */
export type LabelRecord = {
  readonly kind: 'label'
  readonly predictionId: string
  readonly label: string
  readonly at?: number
  readonly loggedAt: number
}

/** What the version in shadow would have answered, beside what the stable one did. */
export type ShadowRecord = {
  readonly kind: 'shadow'
  readonly predictionId: string
  readonly version: number
  readonly score: number
  readonly label?: string
  /** Of the prediction. */
  readonly champion: Pick<PredictionRecord, 'version' | 'score' | 'label' | 'at'>
}

/** What a prediction earned. The first of a prediction counts. */
export type RewardRecord = {
  readonly kind: 'reward'
  readonly predictionId: string
  readonly reward: number
  /** Event time at which it was earned. */
  readonly at?: number
  readonly loggedAt: number
}

export type LogRecord = PredictionRecord | LabelRecord | RewardRecord | ShadowRecord

/** A position between two records: everything before it was read. */
export type LogPosition = { readonly segment: number; readonly offset: number }

export type PlacedRecord<Kind extends LogRecord = LogRecord> = {
  readonly id: string
  readonly record: Kind
  /** Just behind the record. */
  readonly end: LogPosition
}

/** The JSON text of a row, with its keys already quoted: what the hot path writes instead of `JSON.stringify` of a whole record. */
export function predictionPayload(record: PredictionRecord, rowJson: string): string {
  const label = record.label === undefined ? '' : `,"label":${JSON.stringify(record.label)}`
  const apart = record.outOfRelease ? ',"outOfRelease":true' : ''
  const stoodIn = record.servedBy === undefined ? '' : `,"servedBy":"${record.servedBy}"`
  const again = record.cached ? ',"cached":true' : ''
  const undecided = record.isUndecided ? ',"isUndecided":true' : ''
  return `{"kind":"prediction","model":"${record.model}","version":${record.version},"at":${record.at},"loggedAt":${record.loggedAt},"latencyMs":${record.latencyMs},"score":${record.score}${label}${apart}${stoodIn}${again}${undecided},"row":${rowJson}}`
}

export const recordPayload = (record: LogRecord): string =>
  record.kind === 'prediction' ? predictionPayload(record, JSON.stringify(record.row)) : JSON.stringify(record)

/** A sound frame was written by this program, so that its shape is trusted. A segment's header is no record. */
export function parseRecord(payload: Buffer): LogRecord | undefined {
  const record = JSON.parse(payload.toString('utf8')) as LogRecord | { readonly kind: 'header' }
  return record.kind === 'header' ? undefined : record
}
