import { type MetricHistory, type MetricValue, TRACKING_LIMITS } from '@regia/core'
import {
  API_DOCS,
  checked,
  type Endpoint,
  endpoint,
  int64,
  invalidParameter,
  required,
  text,
  texts,
  toWireNumber,
} from '../wire/index.ts'
import { runId } from './run-endpoints.ts'
import { inSearchWords } from './words.ts'

/** As many points as one read of the store gives. */
const PAGE = 25_000
const BULK_RUNS = 100
const BULK_POINTS = 25_000
const INTERVAL_POINTS = 2_500

export const metricEndpoints = (metrics: MetricHistory): readonly Endpoint[] => [
  getHistory(metrics),
  getBulk(metrics),
  getInterval(metrics),
]

const getHistory = (metrics: MetricHistory) =>
  endpoint({
    verb: 'GET',
    path: '/mlflow/metrics/get-history',
    fields: {
      run_id: runId(),
      metric_key: required(text()),
      page_token: text(),
      max_results: checked(int64(), assertPositive),
    },
    handle: async ({ run_id, metric_key: key, page_token, max_results: most }) => {
      const cursor = page_token || undefined
      if (most === undefined) return wholeHistory(metrics, run_id, key, cursor)
      const limit = Math.min(most, TRACKING_LIMITS.searchPage)
      const { items, nextCursor } = await inSearchWords(metrics.list(run_id, key, { limit, cursor }))
      return historyText(items.map(toText), nextCursor)
    },
  })

function assertPositive(size: number): void {
  if (size > 0) return
  throw invalidParameter(`Invalid value ${size} for parameter 'max_results' supplied. It must be a positive integer.`)
}

/** Read in pages, so that no read holds the store up for long. */
async function wholeHistory(metrics: MetricHistory, runId: string, key: string, from: string | undefined) {
  const texts: string[] = []
  let cursor = from
  do {
    const { items, nextCursor } = await inSearchWords(metrics.list(runId, key, { limit: PAGE, cursor }))
    for (const item of items) texts.push(toText(item))
    cursor = nextCursor
  } while (cursor !== undefined)
  return historyText(texts, undefined)
}

/** A curve may have a million points: each is written by hand. */
function historyText(points: readonly string[], token: string | undefined): string {
  const fields: string[] = []
  if (points.length > 0) fields.push(`"metrics":[${points.join(',')}]`)
  if (token !== undefined) fields.push(`"next_page_token":${JSON.stringify(token)}`)
  return `{${fields.join(',')}}`
}

const toText = ({ key, value, atMs, step }: MetricValue): string =>
  `{"key":${JSON.stringify(key)},"value":${numberText(value)},"timestamp":${atMs},"step":${step}}`

const toTextOfRun = (point: MetricValue & { readonly runId: string }): string =>
  `${toText(point).slice(0, -1)},"run_id":${JSON.stringify(point.runId)}}`

function numberText(value: number): string {
  const number = toWireNumber(value)
  return typeof number === 'number' ? String(number) : `"${number}"`
}

const getBulk = (metrics: MetricHistory) =>
  endpoint({
    verb: 'GET',
    path: '/mlflow/metrics/get-history-bulk',
    isAjaxOnly: true,
    fields: { run_id: texts(), metric_key: text(), max_results: int64() },
    handle: async ({ run_id: runIds = [], metric_key: key, max_results: most = BULK_POINTS }) => {
      if (runIds.length === 0) {
        throw invalidParameter('GetMetricHistoryBulk request must specify at least one run_id.')
      }
      if (runIds.length > BULK_RUNS) throw invalidParameter(tooManyRuns('GetMetricHistoryBulk', runIds.length))
      if (key === undefined) throw invalidParameter('GetMetricHistoryBulk request must specify a metric_key.')
      const limit = Math.min(most, BULK_POINTS)
      const points = limit > 0 ? await metrics.listBulk(runIds, key, limit) : []
      return `{"metrics":[${points.map(toTextOfRun).join(',')}]}`
    },
  })

const tooManyRuns = (rpc: string, count: number): string =>
  `${rpc} request cannot specify more than ${BULK_RUNS} run_ids. Received ${count} run_ids.`

const getInterval = (metrics: MetricHistory) =>
  endpoint({
    verb: 'GET',
    path: '/mlflow/metrics/get-history-bulk-interval',
    fields: {
      run_ids: checked(required(texts()), assertRunCount),
      metric_key: required(text()),
      start_step: int64(),
      end_step: int64(),
      max_results: checked(int64(), assertIntervalSize),
    },
    handle: async ({ run_ids: runIds, metric_key: key, start_step: from, end_step: until, max_results }) => {
      assertInterval(from, until)
      const points = await metrics.sampleSteps({
        runIds,
        key,
        limit: max_results ?? INTERVAL_POINTS,
        ...(from !== undefined && { from }),
        ...(until !== undefined && { until }),
      })
      return points.length > 0 ? `{"metrics":[${points.map(toTextOfRun).join(',')}]}` : undefined
    },
  })

function assertRunCount(runIds: readonly string[]): void {
  if (runIds.length <= BULK_RUNS) return
  throw invalidParameter(
    `GetMetricHistoryBulkInterval request must specify at most ${BULK_RUNS} run_ids. Received ${runIds.length} run_ids. ${API_DOCS}`,
  )
}

function assertIntervalSize(size: number): void {
  if (size >= 1 && size <= INTERVAL_POINTS) return
  throw invalidParameter(`max_results must be between 1 and ${INTERVAL_POINTS}. ${API_DOCS}`)
}

function assertInterval(from: number | undefined, until: number | undefined): void {
  if ((from === undefined) !== (until === undefined)) {
    throw invalidParameter('If either start step or end step are specified, both must be specified.')
  }
  if (from === undefined || until === undefined || from <= until) return
  throw invalidParameter(`end_step must be greater than start_step. Found start_step=${from} and end_step=${until}.`)
}
