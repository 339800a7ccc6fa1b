import { type LabelsRequest, type LabelsResponse, RegiaError } from '@regia/core'
import type { EndpointSet } from './endpoints/endpoint-set.ts'
import {
  type EndpointLog,
  type LabelRecord,
  type LogEntry,
  type PredictionLog,
  recordPayload,
} from './prediction-log/index.ts'

type Label = LabelsRequest['labels'][number]

/**
 * Logs what really happened. What it accepts is in the log when it answers; counting follows.
 *
 * @throws RegiaError `INVALID_INPUT` for a label that is none of the model's classes, before anything is logged; `LOG_WRITE_FAILED`.
 */
export function pushLabels(
  log: PredictionLog,
  endpoints: Pick<EndpointSet, 'find'>,
  { labels }: LabelsRequest,
  now: number,
): LabelsResponse {
  const entries = new Map<EndpointLog, LogEntry[]>()
  const unknownIds: string[] = []
  for (const [place, label] of labels.entries()) {
    const found = log.locate(label.predictionId)
    if (!found) {
      unknownIds.push(label.predictionId)
      continue
    }
    assertClass(endpoints.find(found.log.endpoint)?.stable?.signature.classes, label, place)
    const ofLog = entries.get(found.log) ?? []
    entries.set(found.log, ofLog)
    ofLog.push(entryOf(label, now))
  }
  for (const [endpointLog, ofLog] of entries) endpointLog.append(ofLog)
  return { acceptedCount: labels.length - unknownIds.length, unknownIds }
}

function entryOf({ predictionId, label, at }: Label, loggedAt: number): LogEntry {
  const record: LabelRecord = {
    kind: 'label',
    predictionId,
    label: String(label),
    ...(at !== undefined && { at: Date.parse(at) }),
    loggedAt,
  }
  return { record, payload: recordPayload(record) }
}

function assertClass(classes: readonly string[] | undefined, { label }: Label, place: number): void {
  if (!classes || classes.includes(String(label))) return
  throw new RegiaError('INVALID_INPUT', `Label ${JSON.stringify(label).slice(0, 80)} is none of the model's classes.`, {
    where: `body.labels[${place}].label`,
    hint: `The classes are: ${classes.slice(0, 20).join(', ')}. Nothing of this request was kept.`,
  })
}
