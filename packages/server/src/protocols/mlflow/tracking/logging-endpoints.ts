import { type MetricEntry, type RunBatch, type Runs, TRACKING_LIMITS } from '@regia/core'
import {
  double,
  type Endpoint,
  endpoint,
  int64,
  invalidParameter,
  invalidValue,
  type KeyValue,
  keyValues,
  records,
  required,
  text,
} from '../wire/index.ts'
import { toParam, toTag } from './keys.ts'
import { pythonText } from './python-text.ts'
import { assertMetric, modelOf, readMetric } from './read-metric.ts'
import { partRunTags } from './reserved-tags.ts'
import { runId } from './run-endpoints.ts'
import { inRunWords } from './words.ts'

/** What is written while a run goes on. These are the calls whose time a training pays: one transaction each, and the reply is ready. */
export const loggingEndpoints = (runs: Runs): readonly Endpoint[] => [
  logMetric(runs),
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/log-parameter',
    fields: { run_id: runId(), key: required(text()), value: text() },
    handle: async ({ run_id, key, value = '' }) => {
      await inRunWords(run_id, runs.log(run_id, { params: [toParam({ key, value })] }), 'param')
      return undefined
    },
  }),
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/set-tag',
    fields: { run_id: runId(), key: required(text()), value: text() },
    handle: async ({ run_id, key, value = '' }) => {
      await inRunWords(run_id, writeBatch(runs, run_id, {}, [toTag({ key, value })]))
      return undefined
    },
  }),
  logBatch(runs),
]

const logMetric = (runs: Runs) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/log-metric',
    fields: {
      run_id: runId(),
      key: required(text()),
      value: required(double()),
      timestamp: required(int64()),
      step: int64(),
      model_id: text(),
      dataset_name: text(),
      dataset_digest: text(),
    },
    handle: async (values) => {
      const { run_id, key, value, timestamp: atMs, step = 0 } = values
      const metric: MetricEntry = { key, value, step, atMs, ...(values.model_id && modelOf(values, '')) }
      assertMetric(metric, () => '')
      await inRunWords(run_id, runs.log(run_id, { metrics: [metric] }))
      return undefined
    },
  })

const logBatch = (runs: Runs) =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/log-batch',
    fields: {
      run_id: runId(),
      metrics: records(readMetric),
      params: keyValues('required'),
      tags: keyValues('required'),
    },
    handle: async ({ run_id, metrics = [], params = [], tags = [] }) => {
      assertRunId(run_id)
      for (const [i, metric] of metrics.entries()) assertMetric(metric, () => `metrics[${i}].`)
      const kept = params.map((param, i) => toParam(param, `params[${i}]`))
      const keptTags = tags.map((tag, i) => toTag(tag, `tags[${i}]`))
      assertBatchSize(metrics.length, params.length, tags.length)
      assertDistinct(params)
      await inRunWords(run_id, writeBatch(runs, run_id, { metrics, params: kept }, keptTags))
      return undefined
    },
  })

/** A tag that is a field of the run is changed after what may still be refused. */
async function writeBatch(runs: Runs, id: string, batch: RunBatch, given: readonly KeyValue[]): Promise<void> {
  const { tags, change } = partRunTags(given)
  const isChange = Object.keys(change).length > 0
  if (!isChange || tags.length > 0 || Object.keys(batch).length > 0) await runs.log(id, { ...batch, tags })
  if (isChange) await runs.update(id, change)
}

function assertRunId(id: string): void {
  if (!/^[a-zA-Z0-9][\w-]{0,255}$/.test(id)) throw invalidParameter(invalidValue('run_id', id))
}

function assertBatchSize(metrics: number, params: number, tags: number): void {
  assertAtMost('metrics', TRACKING_LIMITS.metricsInBatch, metrics)
  assertAtMost('params', TRACKING_LIMITS.paramsInBatch, params)
  assertAtMost('tags', TRACKING_LIMITS.tagsInBatch, tags)
  assertAtMost('metrics, params, and tags', TRACKING_LIMITS.itemsInBatch, metrics + params + tags)
}

function assertAtMost(what: string, most: number, count: number): void {
  if (count <= most) return
  throw invalidParameter(
    `A batch logging request can contain at most ${most} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
  )
}

function assertDistinct(params: readonly KeyValue[]): void {
  const seen = new Set<string>()
  const again: string[] = []
  for (const { key } of params) {
    if (seen.has(key)) again.push(pythonText(key))
    seen.add(key)
  }
  if (again.length === 0) return
  throw invalidParameter(
    `Duplicate parameter keys have been submitted: [${again.join(', ')}]. Please ensure the request contains only one param value per param key.`,
  )
}
