import { type LabelsRequest, type LabelsResponse, RegiaError } from '@regia/core'
import type { EndpointSet } from './endpoints/endpoint-set.ts'
import { logOutcomes } from './outcome-log.ts'
import type { PredictionLog } from './prediction-log/index.ts'

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
  return logOutcomes(log, labels, now, (label, when, endpoint, place) => {
    assertClass(endpoints.find(endpoint)?.stable?.signature.classes, label, place)
    return { kind: 'label', label: String(label.label), ...when }
  })
}

function assertClass(classes: readonly string[] | undefined, { label }: Label, place: number): void {
  if (!classes || classes.includes(String(label))) return
  throw new RegiaError('INVALID_INPUT', `Label ${JSON.stringify(label).slice(0, 80)} is none of the model's classes.`, {
    where: `body.labels[${place}].label`,
    hint: `The classes are: ${classes.slice(0, 20).join(', ')}. Nothing of this request was kept.`,
  })
}
