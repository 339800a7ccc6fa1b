import {
  alertSchema,
  datasetSchema,
  datasetVersionSchema,
  decisionSchema,
  demoSchema,
  endpointSchema,
  modelVersionSchema,
  monitorSchema,
  overviewSchema,
  pageSchema,
  pipelineVersionSchema,
  registeredModelSchema,
  runSchema,
  runSummarySchema,
  windowResultSchema,
} from '@regia/core'
import * as data from './data-fixtures.ts'
import * as monitors from './monitor-fixtures.ts'
import { PIPELINE_ROUTES } from './pipeline-routes.ts'
import { DAY, id, iso, LONG_NAME, REPLAY_START } from './random.ts'
import { type Answer, few, page, type Route, type State } from './route.ts'
import * as runs from './run-fixtures.ts'
import * as serving from './serving-fixtures.ts'

const DAYS = 45

const nameOf = (base: string) => (index: number) => (index === 0 ? base : index === 1 ? LONG_NAME : `${base}-${index}`)

function overview(state: State) {
  const isEmpty = state.rows === 0
  return {
    needs: isEmpty
      ? []
      : [
          { kind: 'alert', alert: monitors.alert(1, 'open') },
          { kind: 'failed-run', run: runs.runSummary(3, 'income') },
          {
            kind: 'approval',
            run: runs.runSummary(1),
            step: 'release',
            approval: { question: 'Release this model to all airports?', approvers: ['anna', 'omar'] },
            since: iso(Date.now() - 1_700_000),
          },
          { kind: 'promotion', endpoint: 'delays', comparison: { ...serving.comparison, verdict: 'promote' } },
        ],
    endpoints: isEmpty
      ? []
      : ['delays', LONG_NAME, 'penguins'].slice(0, few(state, 3)).map((name, i) => health(name, i)),
    runs: Array.from({ length: few(state, 6) }, (_, i) => runs.runSummary(i)),
    timeline: isEmpty ? [] : monitors.timeline(),
    server: {
      version: '0.1.0',
      startedAt: iso(Date.now() - 11_520_000),
      home: '/home/anna/delays/.regia',
      project: 'delays',
    },
  }
}

function health(name: string, i: number) {
  const points = Array.from({ length: DAYS }, (_, day) => monitors.window(day))
  return {
    endpoint: serving.endpoint(name, i === 0),
    health: (['attention', 'well', 'unknown'] as const)[i],
    score: i === 2 ? [] : points.map((each) => ({ at: each.from, value: each.performance.estimate?.value ?? null })),
    drift: i === 2 ? [] : points.map((each) => ({ at: each.from, value: each.drift[0]?.effect ?? null })),
    requestsPerSecond: Array.from({ length: 60 }, (_, k) => (i === 2 ? 0 : 180 + 60 * Math.sin(k / 5))),
    ...(i !== 2 && { labelCoverage: 0.81, scoreMetric: 'auc' }),
  }
}

const listRuns = (state: State, query: URLSearchParams) => {
  const status = query.get('status')
  const all = Array.from({ length: state.rows }, (_, i) => i).filter(
    (i) => !status || runs.runSummary(i).status === status,
  )
  const search = query.get('search') ?? ''
  const found = search ? all.filter((i) => `delays #${10_000 - i}`.includes(search)) : all
  const sorted = query.get('sort') === 'number' || query.get('sort') === 'createdAt' ? found.reverse() : found
  return page((i) => runs.runSummary(sorted[i] ?? 0), sorted.length, query)
}

const model = (state: State, version: number) =>
  serving.modelVersion(
    'delays',
    version,
    version === state.champion ? ['champion'] : version === 4 ? ['challenger'] : [],
  )
const pipelineName = (i: number) =>
  i === 2 ? 'large-1000' : i === 3 ? 'large-grouped-5000' : i === 4 ? 'large-5000' : nameOf('delays')(i)

const windowDay = (query: URLSearchParams) =>
  Math.round((Date.parse(query.get('from') ?? '') - REPLAY_START) / DAY) || DAYS - 2

/** What the fixture server answers to a GET, by path. The schemas are those of the real API. */
export const ROUTES: readonly Route[] = [
  ...PIPELINE_ROUTES,
  [/^\/health$/, () => ({ body: { status: 'ok', version: '0.1.0', roles: ['api'] } })],
  [/^overview$/, (state) => ({ body: overview(state), schema: overviewSchema })],
  [/^demo$/, (state) => (state.rows === 0 ? undefined : { body: monitors.demo(state.active), schema: demoSchema })],
  [
    /^datasets$/,
    (state, _, query) => ({
      body: page((i) => data.dataset(nameOf('flights')(i), 5), few(state, 10_000), query),
      schema: pageSchema(datasetSchema),
    }),
  ],
  [/^datasets\/([^/]+)$/, (_, [name = '']) => ({ body: data.dataset(name, 5), schema: datasetSchema })],
  [
    /^datasets\/([^/]+)\/versions$/,
    (_, [name = ''], query) => ({
      body: page((i) => data.datasetVersion(name, 5 - i), 5, query),
      schema: pageSchema(datasetVersionSchema),
    }),
  ],
  [
    /^datasets\/([^/]+)\/versions\/(\w+)$/,
    (_, [name = '', version]) => ({
      body: data.datasetVersion(name, version === 'latest' ? 5 : Number(version), id('run', 1)),
      schema: datasetVersionSchema,
    }),
  ],
  [
    /^datasets\/[^/]+\/versions\/(\w+)\/rows$/,
    (state, _, query) => ({
      body: page((i) => data.dataRow(i, query.get('quarantined') === 'true'), state.rows, query),
    }),
  ],
  [
    /^pipelines$/,
    (state, _, query) => ({
      body: page(
        (i) => ({ ...runs.pipelineVersion(pipelineName(i), 3), lastRun: runs.runSummary(i) }),
        few(state, 40),
        query,
      ),
      schema: pageSchema(pipelineVersionSchema.extend({ lastRun: runSummarySchema })),
    }),
  ],
  [
    /^pipelines\/([^/]+)$/,
    (_, [name = '']) => ({
      body: { ...runs.pipelineVersion(name, 3), ...(!name.startsWith('large') && { lastRun: runs.runSummary(0) }) },
      schema: pipelineVersionSchema.extend({ lastRun: runSummarySchema.optional() }),
    }),
  ],
  [
    /^pipelines\/([^/]+)\/versions$/,
    (_, [name = ''], query) => ({
      body: page((i) => runs.pipelineVersion(name, 3 - i), 3, query),
      schema: pageSchema(pipelineVersionSchema),
    }),
  ],
  [/^runs$/, (state, _, query) => ({ body: listRuns(state, query), schema: pageSchema(runSummarySchema) })],
  [/^runs\/run_0*(\d+)$/, (_, [number]) => ({ body: runs.run(Number(number)), schema: runSchema })],
  [/^runs\/[^/]+\/metrics$/, () => ({ body: { points: runs.metricPoints() } })],
  [/^runs\/[^/]+\/logs$/, (_, __, query) => logs(query)],
  [
    /^runs\/[^/]+\/steps\/[^/]+\/outputs\/[^/]+\/rows$/,
    (state, _, query) => ({ body: page((i) => data.dataRow(i, false), state.rows, query) }),
  ],
  [
    /^models$/,
    (state, _, query) => ({
      body: page((i) => registered(state, nameOf('delays')(i)), few(state, 10_000), query),
      schema: pageSchema(registeredModelSchema),
    }),
  ],
  [/^models\/([^/]+)$/, (state, [name = '']) => ({ body: registered(state, name), schema: registeredModelSchema })],
  [
    /^models\/[^/]+\/versions$/,
    (state, _, query) => ({ body: page((i) => model(state, 4 - i), 4, query), schema: pageSchema(modelVersionSchema) }),
  ],
  [
    /^models\/[^/]+\/versions\/(\w+)$/,
    (state, [version]) => ({ body: model(state, Number(version) || 3), schema: modelVersionSchema }),
  ],
  [
    /^models\/[^/]+\/history$/,
    (_, __, query) => ({
      body: page(
        (i) => ({
          model: 'delays',
          alias: i % 2 ? 'challenger' : 'champion',
          fromVersion: 2 - i,
          toVersion: 3 - i,
          by: 'regia',
          reason: 'The lower bound is above −0.002.',
          at: iso(Date.now() - i * DAY),
        }),
        2,
        query,
      ),
    }),
  ],
  [
    /^endpoints$/,
    (state, _, query) => ({
      body: page((i) => serving.endpoint(nameOf('delays')(i), i === 0), few(state, 1000), query),
      schema: pageSchema(endpointSchema),
    }),
  ],
  // Nothing is released here but what is in shadow.
  [/^endpoints\/[^/]+\/release$/, () => undefined],
  [/^endpoints\/[^/]+\/releases$/, (_, __, query) => ({ body: page(() => undefined, 0, query) })],
  [
    /^endpoints\/([^/]+)$/,
    (_, [name = '']) => ({ body: serving.endpoint(name, name === 'delays'), schema: endpointSchema }),
  ],
  [
    /^endpoints\/([^/]+)\/traffic$/,
    (_, [name], query) => ({
      body: { points: name === 'delays' ? serving.trafficPoints(Number(query.get('minutes') ?? 60)) : [] },
    }),
  ],
  [
    /^endpoints\/[^/]+\/decisions$/,
    (_, __, query) => ({
      body: page((i) => serving.decisions[i], serving.decisions.length, query),
      schema: pageSchema(decisionSchema),
    }),
  ],
  [
    /^endpoints\/([^/]+)\/predictions$/,
    (state, [name], query) => ({ body: page(serving.prediction, name === 'delays' ? state.rows : 0, query) }),
  ],
  [
    /^monitors$/,
    (state, _, query) => ({
      body: page((i) => monitors.monitor(nameOf('delays')(i), i === 0 ? DAYS : 0), few(state, 10_000), query),
      schema: pageSchema(monitorSchema),
    }),
  ],
  [
    /^monitors\/([^/]+)$/,
    (_, [name = '']) => ({ body: monitors.monitor(name, name === 'delays' ? DAYS : 0), schema: monitorSchema }),
  ],
  [
    /^monitors\/([^/]+)\/windows$/,
    (state, [name], query) => ({
      body: page((i) => monitors.window(i), name === 'delays' ? few(state, DAYS) : 0, query),
      schema: pageSchema(windowResultSchema),
    }),
  ],
  [
    /^monitors\/[^/]+\/distributions$/,
    (_, __, query) => ({
      body: {
        from: iso(REPLAY_START),
        until: iso(REPLAY_START + DAY),
        columns: monitors.distributions(windowDay(query)),
      },
    }),
  ],
  [/^alerts$/, (state, _, query) => ({ body: alerts(state, query), schema: pageSchema(alertSchema) })],
]

const registered = (state: State, name: string) => ({
  name,
  description: 'Late by more than 15 minutes',
  latestVersion: 4,
  tags: {},
  protectedAliases: [],
  aliases: [
    { alias: 'champion', version: state.champion },
    { alias: 'challenger', version: 4 },
  ],
  createdAt: iso(Date.now() - 9 * DAY),
  updatedAt: iso(Date.now() - DAY),
})

function logs(query: URLSearchParams): Answer {
  const after = Number(query.get('after') ?? -1)
  const search = query.get('search') ?? ''
  const step = query.get('step')
  const lines = Array.from({ length: 1200 }, (_, i) => runs.logLine(i)).filter(
    (line) => line.index > after && line.text.includes(search) && (!step || line.step === step),
  )
  const shown = lines.slice(0, Number(query.get('limit') ?? 1000))
  return { body: { lines: shown, next: shown.at(-1)?.index ?? after } }
}

function alerts(state: State, query: URLSearchParams) {
  const all = Array.from({ length: few(state, 300) }, (_, i) =>
    monitors.alert(i, state.acknowledged.has(id('alr', i)) ? 'acknowledged' : i < 2 ? 'open' : 'closed'),
  )
  const status = query.get('status')
  const found = status ? all.filter((each) => each.status === status) : all
  return page((i) => found[i], found.length, query)
}
