import {
  type EndpointLog,
  type LabelRecord,
  type LogEntry,
  type PredictionLog,
  type RewardRecord,
  recordPayload,
} from './prediction-log/index.ts'

/** What somebody says about a prediction, by its id. */
type Said = { readonly predictionId: string; readonly at?: string | undefined }

export type OutcomeReceipt = { readonly acceptedCount: number; readonly unknownIds: string[] }

type SaidWhen = Pick<LabelRecord, 'predictionId' | 'at' | 'loggedAt'>

/**
 * Logs what became of predictions (labels, rewards), each in the log of the endpoint that predicted. What it accepts is in the log when it
 * answers; ids that no log knows are told back.
 *
 * @param recordOf - The record of one, with its place in the request; what it throws is thrown before anything is logged.
 * @throws RegiaError `LOG_WRITE_FAILED`.
 */
export function logOutcomes<Each extends Said>(
  log: PredictionLog,
  said: readonly Each[],
  loggedAt: number,
  recordOf: (each: Each, when: SaidWhen, endpoint: string, place: number) => LabelRecord | RewardRecord,
): OutcomeReceipt {
  const entries = new Map<EndpointLog, LogEntry[]>()
  const unknownIds: string[] = []
  for (const [place, each] of said.entries()) {
    const { predictionId, at } = each
    const found = log.locate(predictionId)
    if (!found) {
      unknownIds.push(predictionId)
      continue
    }
    const when = { predictionId, ...(at !== undefined && { at: Date.parse(at) }), loggedAt }
    const record = recordOf(each, when, found.log.endpoint, place)
    const ofLog = entries.get(found.log) ?? []
    entries.set(found.log, ofLog)
    ofLog.push({ record, payload: recordPayload(record) })
  }
  for (const [endpointLog, ofLog] of entries) endpointLog.append(ofLog)
  return { acceptedCount: said.length - unknownIds.length, unknownIds }
}
