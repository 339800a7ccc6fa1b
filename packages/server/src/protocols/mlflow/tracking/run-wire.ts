import type { ExperimentRecord, MetricValue, RunInputs, RunRecord, TrackedDataset } from '@regia/core'
import { orAbsent, toWireNumber } from '../wire/index.ts'
import { tagsOfExperiment, tagsOfRun, toKeyValues } from './reserved-tags.ts'
import { CONTEXT_TAG, STATUS_TO_WIRE } from './vocabulary.ts'

/** Records as the protocol's messages: its field names, times in milliseconds, what is empty left out. */

export const experimentToWire = (experiment: ExperimentRecord) => ({
  experiment_id: experiment.id,
  name: experiment.name,
  artifact_location: experiment.artifactRoot,
  lifecycle_stage: experiment.lifecycle,
  last_update_time: experiment.updatedMs,
  creation_time: experiment.createdMs,
  tags: orAbsent(tagsOfExperiment(experiment)),
})

export const runInfoToWire = (run: RunRecord) => ({
  run_uuid: run.id,
  experiment_id: run.experimentId,
  run_name: run.name,
  user_id: run.user ?? '',
  status: STATUS_TO_WIRE[run.status],
  start_time: run.startMs ?? 0,
  end_time: run.endMs,
  artifact_uri: run.artifactUri,
  lifecycle_stage: run.lifecycle,
  run_id: run.id,
})

/** @param inputs - None of a run that was just made. */
export const runToWire = (run: RunRecord, inputs?: RunInputs) => ({
  info: runInfoToWire(run),
  data: {
    metrics: orAbsent(run.metrics.map(metricToWire)),
    params: orAbsent(toKeyValues(run.params)),
    tags: orAbsent(tagsOfRun(run)),
  },
  inputs: {
    dataset_inputs: inputs && orAbsent(inputs.datasets.map(datasetToWire)),
    model_inputs: inputs && orAbsent(inputs.modelInputs.map((id) => ({ model_id: id }))),
  },
  outputs: inputs && {
    model_outputs: orAbsent(inputs.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step }))),
  },
})

export const metricToWire = ({ key, value, step, atMs }: MetricValue) => ({
  key,
  value: toWireNumber(value),
  timestamp: atMs,
  step,
})

function datasetToWire({ name, digest, sourceType, source, schema, profile, context, tags }: TrackedDataset) {
  const own = context === undefined ? [] : [{ key: CONTEXT_TAG, value: context }]
  return {
    tags: orAbsent([...own, ...toKeyValues(tags)]),
    dataset: { name, digest, source_type: sourceType, source, schema, profile },
  }
}
