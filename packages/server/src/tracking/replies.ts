import {
  type Experiment,
  type ExperimentRecord,
  encodeNumber,
  type LoggedModel,
  type LoggedModelRecord,
  pipelineOriginSchema,
  type RunRecord,
  type RunWithInputs,
  type TrackedRun,
  type TrackedRunDetail,
  toIso,
} from '@regia/core'

const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** A time as the wire has it; what a client logged for a time before the year 0 or after 9999 is shown as that end. */
export const isoOf = (ms: number): string => toIso(Math.min(Math.max(ms, FIRST_MS), LAST_MS))

export const experimentReply = (record: ExperimentRecord): Experiment => ({
  id: record.id,
  name: record.name,
  lifecycle: record.lifecycle,
  artifactRoot: record.artifactRoot,
  ...(record.note !== undefined && { note: record.note }),
  tags: { ...record.tags },
  createdAt: isoOf(record.createdMs),
  updatedAt: isoOf(record.updatedMs),
  ...(record.deletedMs !== undefined && { deletedAt: isoOf(record.deletedMs) }),
})

export const runReply = (record: RunRecord): TrackedRun => ({
  id: record.id,
  experimentId: record.experimentId,
  name: record.name,
  status: record.status,
  lifecycle: record.lifecycle,
  source: record.source,
  ...(record.user !== undefined && { user: record.user }),
  ...(record.startMs !== undefined && { startedAt: isoOf(record.startMs) }),
  ...(record.endMs !== undefined && { finishedAt: isoOf(record.endMs) }),
  ...(record.parentId !== undefined && { parentId: record.parentId }),
  ...(record.note !== undefined && { note: record.note }),
  artifactUri: record.artifactUri,
  params: { ...record.params },
  metrics: record.metrics.map(({ key, value, step, atMs }) => ({
    key,
    value: encodeNumber(value),
    step,
    at: isoOf(atMs),
  })),
  tags: { ...record.tags },
  ...originOf(record.origin),
})

/** @param childCount - How many runs name it their parent. */
export const runDetailReply = (record: RunWithInputs, childCount: number): TrackedRunDetail => ({
  ...runReply(record),
  childCount,
  datasets: [...record.datasets],
  modelOutputs: [...record.modelOutputs],
  modelInputs: [...record.modelInputs],
})

/** An import keeps where it comes from in words of its own, which are not for this. */
function originOf(origin: unknown): Pick<TrackedRun, 'origin'> {
  const parsed = pipelineOriginSchema.safeParse(origin)
  return parsed.success ? { origin: parsed.data } : {}
}

export const loggedModelReply = (record: LoggedModelRecord): LoggedModel => ({
  id: record.id,
  experimentId: record.experimentId,
  name: record.name,
  ...(record.modelType !== undefined && { modelType: record.modelType }),
  status: record.status,
  ...(record.sourceRunId !== undefined && { sourceRunId: record.sourceRunId }),
  artifactUri: record.artifactUri,
  params: { ...record.params },
  metrics: record.metrics.map(({ key, value, step, atMs, runId, datasetName, datasetDigest }) => ({
    key,
    value: encodeNumber(value),
    step,
    at: isoOf(atMs),
    runId,
    ...(datasetName !== undefined && { datasetName }),
    ...(datasetDigest !== undefined && { datasetDigest }),
  })),
  tags: { ...record.tags },
  createdAt: isoOf(record.createdMs),
  updatedAt: isoOf(record.updatedMs),
})
