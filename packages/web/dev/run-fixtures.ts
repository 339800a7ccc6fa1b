import { graph, large, type Step } from './graph-fixtures.ts'
import { createRandom, digest, id, iso } from './random.ts'

export const STATUSES = ['succeeded', 'paused', 'running', 'failed', 'succeeded', 'cancelled', 'queued'] as const
const failure = {
  code: 'USER_CODE_FAILED',
  message: 'Step "train" failed: column "age" is missing in income@12.',
  where: 'train, pipelines/income.ts:41',
  hint: 'Did you mean "Age"? The fault is in the step, not in Regia.',
  stack: 'Error: column "age" is missing\n    at train (pipelines/income.ts:41:13)',
}

export function runSummary(number: number, pipeline = 'delays', startedMsAgo = number * 1_740_000) {
  const status = number === 0 ? 'running' : (STATUSES[number % STATUSES.length] ?? 'succeeded')
  const createdAt = Date.now() - startedMsAgo
  const isDone = status !== 'running' && status !== 'queued' && status !== 'paused'
  const random = createRandom(number + 3)
  return {
    id: id('run', number),
    pipeline,
    pipelineVersion: 3,
    number: 10_000 - number,
    status,
    params: { trainUntil: '2001-03-20', trees: [120, 200], learningRate: 0.1, sample: false, mode: 'full' },
    trigger:
      number % 3 === 0 ? { kind: 'alert', alertId: id('alr', 1), monitor: 'delays' } : { kind: 'person', by: 'anna' },
    onFailure: 'continue',
    stepCount: 12,
    finishedStepCount: isDone ? 12 : 5,
    cachedStepCount: number % 4,
    metrics: status === 'succeeded' ? { auc: 0.72 + random() * 0.02, logloss: 0.41 } : {},
    createdAt: iso(createdAt),
    ...(status !== 'queued' && { startedAt: iso(createdAt + 800) }),
    ...(isDone && { finishedAt: iso(createdAt + 40_000 + random() * 90_000) }),
    ...(status === 'failed' && { error: failure }),
  }
}

export function run(number: number) {
  const summary = runSummary(number)
  const shape = number === 77 ? large('large-1000') : graph(summary.pipeline)
  const start = Date.parse(summary.createdAt) + 900
  const stepRuns = shape.steps.map((each, i) => stepRun(each, i, number, start, summary.status))
  return { ...summary, graph: shape, steps: stepRuns, datasets: [{ name: 'flights', version: 5 }] }
}

function stepStatus(i: number, number: number, runStatus: string): string {
  if (runStatus === 'queued') return 'waiting'
  if (i < 3 && number % 4 > 0) return 'cached'
  if (runStatus === 'paused') return i < 8 ? 'succeeded' : i === 8 ? 'paused' : i === 9 ? 'succeeded' : 'waiting'
  if (runStatus === 'running') return i < 3 ? 'succeeded' : i < 5 ? 'running' : 'waiting'
  if (runStatus === 'failed') return i < 3 ? 'succeeded' : i === 3 ? 'failed' : 'skipped'
  return runStatus === 'cancelled' && i > 4 ? 'cancelled' : 'succeeded'
}

function stepRun(each: Step, i: number, number: number, start: number, runStatus: string) {
  const status = stepStatus(i, number, runStatus)
  const queued = start + [0, 4, 4, 16, 16, 10, 32, 36, 40, 12, 42, 13][i % 12]! * 1000
  const started = queued + 700
  const finished = started + [3.6, 6, 5, 15, 14, 6, 4, 3, 1, 2, 1, 2][i % 12]! * 1000
  const hasRun = status === 'succeeded' || status === 'failed' || status === 'running'
  const isOver = status === 'succeeded' || status === 'failed'
  const isMapped = 'map' in each
  const attempt = {
    number: isOver && i === 5 ? 2 : 1,
    status: status === 'cached' ? 'succeeded' : status,
    queuedAt: iso(queued),
    leasedAt: iso(queued + 500),
    startedAt: iso(started + 200),
    worker: 'local-1',
    ...(isOver && { finishedAt: iso(finished) }),
  }
  return {
    id: id('stp', number * 100 + i),
    step: each.id,
    status,
    attempts: hasRun && !isMapped ? (isOver && i === 5 ? [lost(queued), attempt] : [attempt]) : [],
    ...(isMapped && hasRun && { map: mapProgress(status === 'running') }),
    ...(status === 'paused' && {
      approval: { question: 'Release this model to all airports?', approvers: ['anna', 'omar'] },
      startedAt: iso(queued),
    }),
    ...(status === 'running' && { progress: 0.42, progressMessage: 'tree 84 of 200' }),
    ...(hasRun || status === 'cached'
      ? {
          cache: {
            key: digest(`${each.id}-key`),
            hit: status === 'cached',
            ...(status === 'cached' && { sourceRunId: id('run', number + 1) }),
            parts: {
              code: each.codeDigest,
              'input rows': digest('rows'),
              'param trees': '[120,200]',
              lockfile: digest('lock'),
            },
            changed:
              status === 'cached' ? [] : [{ part: 'input rows', before: digest('rows-before'), now: digest('rows') }],
            reason:
              status === 'cached'
                ? 'Nothing that it depends on has changed since run #9999.'
                : 'Its input "rows" changed: split made another table.',
          },
        }
      : {}),
    inputs: {},
    outputs: status === 'succeeded' || status === 'cached' ? outputs(each) : {},
    ...(hasRun && { startedAt: iso(started) }),
    ...(isOver && { finishedAt: iso(finished) }),
    ...(status === 'failed' && { error: failure }),
  }
}

const lost = (queued: number) => ({
  number: 1,
  status: 'lost',
  cause: 'infrastructure',
  queuedAt: iso(queued - 6000),
  leasedAt: iso(queued - 5600),
  startedAt: iso(queued - 5000),
  finishedAt: iso(queued - 1500),
  worker: 'local-2',
})

const mapProgress = (isRunning: boolean) => ({
  total: 10_000,
  waiting: isRunning ? 5200 : 0,
  running: isRunning ? 8 : 0,
  succeeded: isRunning ? 4702 : 9910,
  cached: 0,
  failed: 90,
  durations: Array.from({ length: 20 }, (_, i) => Math.round(900 * Math.exp(-(((i - 5) / 4) ** 2)) + 6)),
  slowestMs: 2400,
})

export const mapItem = (index: number) => {
  const isFailed = index % 111 === 7
  const queued = Date.now() - 600_000 + index * 40
  return {
    index,
    label: `{"trees": ${20 + (index % 400)}, "origin": "airport-${index}"}`,
    status: isFailed ? 'failed' : 'succeeded',
    attempts: [
      {
        number: 1,
        status: isFailed ? 'failed' : 'succeeded',
        queuedAt: iso(queued),
        leasedAt: iso(queued + 20),
        startedAt: iso(queued + 60),
        finishedAt: iso(queued + 900),
        worker: 'local-1',
        ...(isFailed && { cause: 'user', error: failure }),
      },
    ],
    durationMs: 400 + (index % 50) * 30,
    outputs: { model: { kind: 'model', digest: digest(`item${index}`), sizeBytes: 240_000 } },
    ...(isFailed && { error: failure }),
  }
}

const outputs = (each: Step) =>
  Object.fromEntries(
    Object.entries(each.outputs).map(([name, type]) => {
      const { kind } = type as { kind: string }
      return [
        name,
        {
          kind,
          digest: digest(each.id + name),
          sizeBytes: 2_400_000,
          ...(kind === 'table' && { rowCount: 1_264_331 }),
          ...(kind === 'folder' && { count: 3 }),
          ...('mediaType' in type && { mediaType: type.mediaType }),
          ...(kind === 'value' && { value: true }),
        },
      ]
    }),
  )

export const pipelineVersion = (name: string, version: number) => ({
  pipeline: name,
  version,
  digest: digest(`${name}${version}`),
  bundleDigest: digest(`${name}${version}-bundle`),
  graph: name.startsWith('large') ? large(name) : graph(name),
  projectDir: '/home/anna/delays',
  createdAt: iso(Date.now() - (5 - version) * 86_400_000),
})

export const logLine = (index: number) => ({
  index,
  step: index % 3 === 0 ? 'train' : 'features',
  attempt: 1,
  stream: index % 41 === 0 ? 'stderr' : index % 57 === 0 ? 'system' : 'stdout',
  text:
    index % 3 === 0
      ? `tree ${index}: training loss ${(0.5 * Math.exp(-index / 400) + 0.4).toFixed(4)}`
      : `read batch ${index} of flights, 65,536 rows`,
  at: iso(Date.now() - 60_000 + index * 10),
})

export const metricPoints = () =>
  ['train', 'train-2'].flatMap((stepName, line) =>
    Array.from({ length: 80 }, (_, i) => [
      {
        name: 'training loss',
        value: 0.5 * Math.exp(-i / (22 + line * 9)) + 0.39,
        step: i,
        at: iso(Date.now()),
        stepName,
      },
      {
        name: 'validation auc',
        value: 0.735 - 0.09 * Math.exp(-i / (15 + line * 6)),
        step: i,
        at: iso(Date.now()),
        stepName,
      },
    ]).flat(),
  )
