import { type LogEntry, type PredictionRecord, predictionPayload } from '../prediction-log/index.ts'
import { labelOf, type PredictCall, type ServedVersion } from './answer.ts'
import type { AnsweredBatch } from './micro-batcher.ts'
import { isUndecided } from './shown-label.ts'

/** What the log keeps of an answered batch: one record a row, in the order of the rows. */
export function recordsOf(
  served: ServedVersion,
  calls: readonly PredictCall[],
  predictions: AnsweredBatch['predictions'],
  loggedAt: number,
  abstainBelow?: number,
): PredictionRecord[] {
  const { model, version, signature } = served
  const now = performance.now()
  const records: PredictionRecord[] = []
  for (const call of calls) {
    const latencyMs = Math.round((now - call.receivedAt) * 1000) / 1000
    const marks = marksOf(call)
    for (const row of call.rows) {
      const place = records.length
      const label = labelOf(signature, predictions, place)
      const score = predictions.scores[place]!
      const known = {
        kind: 'prediction',
        model,
        version,
        at: call.at,
        loggedAt,
        latencyMs,
        score,
        row,
        ...marks,
      } as const
      const labelled = label === undefined ? known : { ...known, label }
      const isUnclear = abstainBelow !== undefined && isUndecided({ served, predictions, abstainBelow }, place)
      records.push(isUnclear ? { ...labelled, isUndecided: true } : labelled)
    }
  }
  return records
}

/** Nothing for most. */
const marksOf = ({
  isOutOfRelease,
  servedBy,
  isCached,
}: PredictCall): Pick<PredictionRecord, 'outOfRelease' | 'servedBy' | 'cached'> => ({
  ...(isCached && { cached: true }),
  ...(isOutOfRelease && { outOfRelease: true }),
  ...(servedBy !== undefined && { servedBy }),
})

/** The records of a batch's calls with their texts; that of a row which came alone is taken as it came. */
export function entriesOf(records: readonly PredictionRecord[], calls: readonly PredictCall[]): LogEntry[] {
  const entries: LogEntry[] = []
  for (const { rows, rowText } of calls) {
    const first = entries.length
    for (let i = 0; i < rows.length; i++) {
      const record = records[first + i]!
      entries.push(rowText === undefined ? entryOf(record) : { record, payload: predictionPayload(record, rowText) })
    }
  }
  return entries
}

export const entryOf = (record: PredictionRecord): LogEntry => ({
  record,
  payload: predictionPayload(record, JSON.stringify(record.row)),
})
