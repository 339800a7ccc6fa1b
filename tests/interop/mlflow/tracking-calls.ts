import type { Call } from './call.ts'
import type { Random } from './random.ts'
import { randomRunFilter, randomRunOrder } from './random-filters.ts'
import { BAD_KEYS, EXPERIMENTS, METRICS, NAN_METRIC, PARAMS, TAGS, TEXTS } from './vocabulary.ts'

/** How many of each kind have been made, so that names stay unique. */
export type Made = { runs: number; experiments: number; models: number }

type Maker = (random: Random, made: Made) => Call

/** Mostly one that is there; few, so that calls meet on the same. */
const run = (random: Random, made: Made) =>
  random.chance(0.04) ? '{run:9999}' : `{run:${random.below(Math.max(1, Math.min(made.runs, 40)))}}`
const model = (random: Random, made: Made) => `{model:${random.below(made.models + 1)}}`
const experiment = (random: Random, made: Made) =>
  random.chance(0.1) ? '0' : `{experiment:${random.below(made.experiments + 1)}}`
const pair = (random: Random, keys: readonly string[]) => ({ key: key(random, keys), value: random.pick(TEXTS) })
const key = (random: Random, keys: readonly string[]) =>
  random.chance(0.03) ? random.pick(BAD_KEYS) : random.pick(keys)
const time = (random: Random) => 1_700_000_000_000 + random.below(20)

function metric(random: Random) {
  const value = random.pick([0, 1, 0.5, -1, 1e3, 0.25, -2.5, 1e-3, 1e300, 'NaN', 'Infinity', '-Infinity', '0.125'])
  const step = random.chance(0.7) ? { step: random.below(6) - 1 } : {}
  // A NaN is found as a zero there, and never here: the metric that has one is not filtered by.
  const name = value === 'NaN' ? NAN_METRIC : key(random, METRICS)
  return { key: name, value, timestamp: time(random), ...step }
}

const createExperiment: Maker = (random, made) => {
  const number = made.experiments++
  // Names come again, which is refused; but never that of a deleted one (odd numbers), which can be used again here and not there.
  const name =
    number % 2 === 0 && random.chance(0.5) ? random.pick(EXPERIMENTS) : `${random.pick(EXPERIMENTS)}-${number}`
  const tags = random.some(TAGS, 2).map((tag) => ({ key: tag, value: random.pick(TEXTS) }))
  const body = random.chance(0.05)
    ? random.pick([{}, { name: '' }, { name: 12 }, { name: 'n'.repeat(501) }])
    : { name, tags: unique(tags) }
  return { method: 'POST', path: 'experiments/create', body, keep: `experiment:${number}` }
}

/** One whose name is its own. */
const deletable = (random: Random, made: Made) =>
  `{experiment:${1 + 2 * random.below(Math.max(1, Math.floor(made.experiments / 2)))}}`

/** One that is never deleted. */
const lasting = (random: Random, made: Made) =>
  `{experiment:${2 * random.below(Math.ceil((made.experiments + 1) / 2))}}`

/** A run of such a one: with its experiment a run that was deleted by itself comes back there, and not here. */
const removable = (random: Random, made: Made) =>
  `{run:${5 * random.below(Math.max(1, Math.ceil(Math.min(made.runs, 40) / 5)))}}`

const createRun: Maker = (random, made) => {
  const number = made.runs++
  const tags = unique(random.some(TAGS, 3).map((tag) => ({ key: tag, value: random.pick(TEXTS) })))
  return {
    method: 'POST',
    path: 'runs/create',
    body: {
      experiment_id: number % 5 === 0 ? lasting(random, made) : experiment(random, made),
      // Distinct, so that the order of runs does not depend on ids.
      start_time: 1_700_000_000_000 + number,
      run_name: `${random.pick(['alpha', 'beta', 'A1'])}-${number}`,
      user_id: 'ada',
      ...(tags.length > 0 && { tags }),
    },
    keep: `run:${number}`,
  }
}

const unique = (tags: readonly { readonly key: string; readonly value: string }[]) => [
  ...new Map(tags.map((tag) => [tag.key, tag])).values(),
]

const logBatch: Maker = (random, made) => {
  const metrics = Array.from({ length: random.below(8) }, () => metric(random))
  const params = unique(random.some(PARAMS, 2).map((name) => ({ key: name, value: random.pick(TEXTS) })))
  const tags = random.some(TAGS, 2).map((name) => ({ key: name, value: random.pick(TEXTS) }))
  return { method: 'POST', path: 'runs/log-batch', body: { run_id: run(random, made), metrics, params, tags } }
}

const updateRun: Maker = (random, made) => ({
  method: 'POST',
  path: 'runs/update',
  body: {
    run_id: run(random, made),
    ...(random.chance(0.7) && { status: random.pick(['RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'SCHEDULED']) }),
    ...(random.chance(0.5) && { end_time: time(random) }),
    ...(random.chance(0.2) && { run_name: `${random.pick(['alpha', 'Beta'])}-${random.below(9)}` }),
  },
})

const searchRuns: Maker = (random, made) => ({
  method: 'POST',
  path: 'runs/search',
  body: {
    experiment_ids: ['0', ...Array.from({ length: Math.min(made.experiments, 12) }, (_, i) => `{experiment:${i}}`)],
    filter: randomRunFilter(random),
    order_by: randomRunOrder(random),
    max_results: random.pick([1, 3, 10, 100, 1000]),
    ...(random.chance(0.3) && { run_view_type: random.pick(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']) }),
  },
})

const searchExperiments: Maker = (random) => ({
  method: 'POST',
  path: 'experiments/search',
  body: {
    max_results: 1000,
    ...(random.chance(0.6) && {
      filter: random.pick([
        "name = 'one'",
        "name LIKE 'o%'",
        "name ILIKE 'O%'",
        "attribute.name != 'one'",
        "tags.a = 'alpha'",
        "tags.a != 'alpha' AND name LIKE '%e%'",
        'name = 1',
        'name,',
        "tag.b LIKE '%a%'",
      ]),
    }),
    order_by: random.pick([['name'], ['name DESC'], ['experiment_id'], ['experiment_id DESC']]),
    view_type: random.pick(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']),
  },
})

const createModel: Maker = (random, made) => {
  const number = made.models++
  const body = {
    experiment_id: experiment(random, made),
    name: random.chance(0.05) ? random.pick(['a/b', 'a:b', 'a.b']) : `${random.pick(['net', 'forest'])}-${number}`,
    model_type: random.pick(['classifier', '']),
    source_run_id: run(random, made),
    params: unique(random.some(PARAMS, 2).map((name) => ({ key: name, value: random.pick(TEXTS) }))),
    tags: unique(random.some(TAGS, 2).map((name) => ({ key: name, value: random.pick(TEXTS) }))),
  }
  return { method: 'POST', path: 'logged-models', body, keep: `model:${number}` }
}

const finishModel: Maker = (random, made) => {
  const id = model(random, made)
  const status = random.pick(['LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'])
  return { method: 'PATCH', path: `logged-models/${id}`, body: { model_id: id, status } }
}

const logInputs: Maker = (random, made) => ({
  method: 'POST',
  path: 'runs/log-inputs',
  body: {
    run_id: run(random, made),
    datasets: [
      {
        tags: random.chance(0.7) ? [{ key: 'mlflow.data.context', value: random.pick(['train', 'eval']) }] : [],
        dataset: {
          name: random.pick(['adult', 'iris']),
          digest: random.pick(['d1', 'd2']),
          source_type: 'local',
          source: '{"uri":"adult.csv"}',
        },
      },
    ],
  },
})

/** Every kind of call with how often it comes. */
const MAKERS: readonly (readonly [number, Maker])[] = [
  [4, createExperiment],
  [8, createRun],
  [
    10,
    (random, made) => ({
      method: 'POST',
      path: 'runs/log-metric',
      body: { run_id: run(random, made), ...metric(random) },
    }),
  ],
  [
    8,
    (random, made) => ({
      method: 'POST',
      path: 'runs/log-parameter',
      body: { run_id: run(random, made), ...pair(random, PARAMS) },
    }),
  ],
  [
    8,
    (random, made) => ({
      method: 'POST',
      path: 'runs/set-tag',
      body: { run_id: run(random, made), ...pair(random, TAGS) },
    }),
  ],
  [
    3,
    (random, made) => ({
      method: 'POST',
      path: 'runs/delete-tag',
      body: { run_id: run(random, made), key: random.pick(TAGS) },
    }),
  ],
  [12, logBatch],
  [8, updateRun],
  [3, (random, made) => ({ method: 'POST', path: 'runs/delete', body: { run_id: removable(random, made) } })],
  [3, (random, made) => ({ method: 'POST', path: 'runs/restore', body: { run_id: run(random, made) } })],
  [10, (random, made) => ({ method: 'GET', path: 'runs/get', body: { run_id: run(random, made) } })],
  [20, searchRuns],
  [5, searchExperiments],
  [
    8,
    (random, made) => ({
      method: 'GET',
      path: 'metrics/get-history',
      body: {
        run_id: run(random, made),
        metric_key: random.pick([...METRICS, NAN_METRIC]),
        max_results: random.pick([1, 5, 25_000]),
      },
    }),
  ],
  [
    3,
    (random, made) => ({
      method: 'GET',
      path: 'metrics/get-history-bulk-interval',
      body: {
        run_ids: [run(random, made)],
        metric_key: random.pick(METRICS),
        max_results: random.pick([1, 2, 3, 100]),
      },
    }),
  ],
  [
    3,
    (random, made) => ({ method: 'GET', path: 'experiments/get', body: { experiment_id: experiment(random, made) } }),
  ],
  [
    2,
    (random) => ({
      method: 'GET',
      path: 'experiments/get-by-name',
      body: { experiment_name: random.pick(EXPERIMENTS) },
    }),
  ],
  [
    2,
    (random, made) => ({
      method: 'POST',
      path: 'experiments/set-experiment-tag',
      body: { experiment_id: experiment(random, made), ...pair(random, TAGS) },
    }),
  ],
  [
    1,
    (random, made) => ({
      method: 'POST',
      path: 'experiments/delete',
      body: { experiment_id: deletable(random, made) },
    }),
  ],
  [
    2,
    (random, made) => ({
      method: 'POST',
      path: 'experiments/restore',
      body: { experiment_id: deletable(random, made) },
    }),
  ],
  [5, logInputs],
  [4, createModel],
  [4, (random, made) => ({ method: 'GET', path: `logged-models/${model(random, made)}` })],
  [4, finishModel],
  [
    3,
    (random) => ({
      method: 'POST',
      path: 'logged-models/search',
      body: {
        experiment_ids: ['0', '{experiment:0}', '{experiment:1}'],
        filter: random.pick([
          '',
          "name LIKE 'net%'",
          "params.depth = '3'",
          "tags.a = 'alpha'",
          'metrics.loss < 1',
          "model_type = 'classifier'",
        ]),
        max_results: random.pick([1, 5, 50]),
        order_by: [{ field_name: 'name', ascending: random.chance(0.5) }],
      },
    }),
  ],
]

const WEIGHT = MAKERS.reduce((sum, [weight]) => sum + weight, 0)

/** The next call of a sequence: one that could come from any client, good or bad. */
export function nextTrackingCall(random: Random, made: Made): Call {
  let place = random.below(WEIGHT)
  for (const [weight, make] of MAKERS) {
    place -= weight
    if (place < 0) return make(random, made)
  }
  throw new Error('unreachable: the weights add up')
}
