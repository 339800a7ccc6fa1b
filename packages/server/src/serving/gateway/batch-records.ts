import { type LogEntry, type PredictionRecord, predictionPayload } from '../prediction-log/index.ts'
import { labelOf, type PredictCall, type ServedVersion } from './answer.ts'
import type { AnsweredBatch } from './micro-batcher.ts'

/** What the log keeps of an answered batch: one record a row, in the order of the rows. */
export function recordsOf(
  { model, version, signature }: ServedVersion,
  calls: readonly PredictCall[],
  predictions: AnsweredBatch['predictions'],
  loggedAt: number,
): PredictionRecord[] {
  const now = performance.now()
  const records: PredictionRecord[] = []
  for (const { rows, at, receivedAt, isOutOfRelease } of calls) {
    const latencyMs = Math.round((now - receivedAt) * 1000) / 1000
    for (const row of rows) {
      const place = records.length
      const label = labelOf(signature, predictions, place)
      const score = predictions.scores[place]!
      const known = { kind: 'prediction', model, version, at, loggedAt, latencyMs, score, row } as const
      const labelled = label === undefined ? known : { ...known, label }
      records.push(isOutOfRelease ? { ...labelled, outOfRelease: true } : labelled)
    }
  }
  return records
}

export const entryOf = (record: PredictionRecord): LogEntry => ({
  record,
  payload: predictionPayload(record, JSON.stringify(record.row)),
})
