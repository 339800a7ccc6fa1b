import type { LoggedModelMetric, LoggedModelRecord } from '@regia/core'
import { toKeyValues } from '../tracking/reserved-tags.ts'
import { metricToWire } from '../tracking/run-wire.ts'
import { orAbsent } from '../wire/index.ts'

/** The protocol's words for a logged model's status, with their numbers. */
export const MODEL_STATUSES = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
} as const
type WireModelStatus = keyof typeof MODEL_STATUSES

const STATUS_TO_WIRE: Readonly<Record<LoggedModelRecord['status'], WireModelStatus>> = {
  pending: 'LOGGED_MODEL_PENDING',
  ready: 'LOGGED_MODEL_READY',
  failed: 'LOGGED_MODEL_UPLOAD_FAILED',
}
export const MODEL_STATUS_FROM_WIRE: Readonly<Record<WireModelStatus, LoggedModelRecord['status'] | undefined>> = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: undefined,
  LOGGED_MODEL_PENDING: 'pending',
  LOGGED_MODEL_READY: 'ready',
  LOGGED_MODEL_UPLOAD_FAILED: 'failed',
}

export const loggedModelToWire = (model: LoggedModelRecord) => ({
  info: {
    model_id: model.id,
    experiment_id: model.experimentId,
    name: model.name,
    creation_timestamp_ms: model.createdMs,
    last_updated_timestamp_ms: model.updatedMs,
    artifact_uri: model.artifactUri,
    status: STATUS_TO_WIRE[model.status],
    model_type: model.modelType ?? '',
    source_run_id: model.sourceRunId ?? '',
    tags: orAbsent(toKeyValues(model.tags)),
  },
  data: {
    params: orAbsent(toKeyValues(model.params)),
    metrics: orAbsent(model.metrics.map((metric) => modelMetricToWire(metric, model.id))),
  },
})

const modelMetricToWire = (metric: LoggedModelMetric, modelId: string) => ({
  ...metricToWire(metric),
  dataset_name: metric.datasetName,
  dataset_digest: metric.datasetDigest,
  model_id: modelId,
  run_id: metric.runId,
})
