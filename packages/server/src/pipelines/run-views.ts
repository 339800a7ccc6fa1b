import type { MapProgress, Run, RunId, RunSummary, StepRun, StepRunId } from '@regia/core'
import { decodeJson, decodeOptionalJson } from '../database/json-text.ts'
import type { ResolvedRefs } from './resolve-refs.ts'
import type { RunRow, StepRow } from './run-work.ts'
import type { OrderedVersion } from './version-store.ts'

export const summaryOf = (row: RunRow): RunSummary => {
  const error = decodeOptionalJson(row.error)
  const selection = decodeOptionalJson(row.selection)
  return {
    // Filled from the id factory only.
    id: row.id as RunId,
    pipeline: row.pipeline,
    pipelineVersion: row.pipeline_version,
    number: row.number,
    status: row.status,
    params: decodeJson(row.params),
    trigger: decodeJson(row.trigger),
    onFailure: row.on_failure,
    ...(row.channel !== null && { channel: row.channel }),
    ...(row.environment !== null && { environment: row.environment }),
    ...(selection && { selection }),
    // Filled from runs' ids only.
    ...(row.recovered_from !== null && { recoveredFrom: row.recovered_from as RunId }),
    stepCount: row.step_count,
    finishedStepCount: row.finished_step_count,
    cachedStepCount: row.cached_step_count,
    metrics: decodeJson(row.metrics),
    createdAt: row.created_at,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(error && { error }),
  }
}

export const runOf = (
  row: RunRow,
  version: OrderedVersion,
  steps: readonly StepRow[],
  maps: ReadonlyMap<string, MapProgress>,
): Run => ({
  ...summaryOf(row),
  graph: version.graph,
  steps: steps.map((step) => stepRunOf(step, maps.get(step.id))),
  datasets: [...decodeJson(row.refs).datasets],
  ...catalogOf(decodeJson(row.refs)),
})

const catalogOf = ({ catalog }: ResolvedRefs): Pick<Run, 'catalog'> => (catalog ? { catalog: [...catalog] } : {})

function stepRunOf(row: StepRow, map: MapProgress | undefined): StepRun {
  const cache = decodeOptionalJson(row.cache)
  const approval = decodeOptionalJson(row.approval)
  const error = decodeOptionalJson(row.error)
  return {
    id: row.id as StepRunId,
    step: row.step,
    status: row.status,
    attempts: [...decodeJson(row.attempts)],
    inputs: decodeJson(row.inputs),
    outputs: decodeJson(row.outputs),
    ...(map && { map, progress: map.total === 0 ? 1 : (map.succeeded + map.cached + map.failed) / map.total }),
    ...(row.progress !== null && { progress: row.progress }),
    ...(row.progress_message !== null && { progressMessage: row.progress_message }),
    ...(cache && { cache }),
    ...(approval && { approval }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(error && { error }),
  }
}
