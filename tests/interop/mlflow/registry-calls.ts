import type { Call } from './call.ts'
import type { Random } from './random.ts'
import { MODELS, TAGS, TEXTS } from './vocabulary.ts'

type Maker = (random: Random) => Call

const ALIASES = ['champion', 'challenger', 'a-1', 'latest', 'v3', 'not valid!'] as const
const STAGES = ['None', 'Staging', 'Production', 'Archived', 'staging', 'nonsense'] as const

const name = (random: Random) => (random.chance(0.08) ? 'nobody' : random.pick(MODELS))
const version = (random: Random) => String(1 + random.below(random.chance(0.1) ? 30 : 4))
const both = (random: Random) => ({ name: name(random), version: version(random) })
const tag = (random: Random) => ({ key: random.pick(TAGS), value: random.pick(TEXTS) })

const MODEL_FILTERS = [
  "name = 'forest'",
  "name LIKE 'for%'",
  "name ILIKE 'FOR%'",
  "tags.a = 'alpha'",
  "name != 'net'",
  'name = 1',
  "nonsense = 'x'",
  "tags.a LIKE '%a%' AND name LIKE '%o%'",
] as const
const VERSION_FILTERS = [
  "name = 'forest'",
  "name LIKE '%e%'",
  'version_number > 1',
  'version_number = 2',
  "tags.b = 'beta'",
  "run_id = 'x'",
  "source_path LIKE 's3%'",
  "run_id IN ('a','b')",
  "nonsense = 'x'",
  "version_number = 'x'",
] as const

/** Every kind of call with how often it comes. */
const MAKERS: readonly (readonly [number, Maker])[] = [
  [
    6,
    (random) => ({
      method: 'POST',
      path: 'registered-models/create',
      body: random.chance(0.1)
        ? random.pick([{}, { name: '' }])
        : {
            name: random.pick(MODELS),
            ...(random.chance(0.5) && { description: random.pick(TEXTS) }),
            ...(random.chance(0.4) && { tags: [tag(random)] }),
          },
    }),
  ],
  [
    10,
    (random) => ({
      method: 'POST',
      path: 'model-versions/create',
      body: {
        name: name(random),
        source: random.pick([
          's3://bucket/model',
          's3://bucket/other',
          's3://bucket/third',
          's3://bucket/../x',
          'mlflow-artifacts:/1/models/x/artifacts',
          'file:///etc/passwd',
          '/etc/passwd',
        ]),
        ...(random.chance(0.3) && { description: random.pick(TEXTS) }),
        ...(random.chance(0.3) && { tags: [tag(random)] }),
      },
    }),
  ],
  [6, (random) => ({ method: 'GET', path: 'registered-models/get', body: { name: name(random) } })],
  [6, (random) => ({ method: 'GET', path: 'model-versions/get', body: both(random) })],
  [2, (random) => ({ method: 'GET', path: 'model-versions/get-download-uri', body: both(random) })],
  [
    2,
    (random) => ({
      method: 'PATCH',
      path: 'registered-models/update',
      body: { name: name(random), description: random.pick(TEXTS) },
    }),
  ],
  [
    2,
    (random) => ({
      method: 'PATCH',
      path: 'model-versions/update',
      body: { ...both(random), description: random.pick(TEXTS) },
    }),
  ],
  [
    1,
    (random) => ({
      method: 'POST',
      path: 'registered-models/rename',
      body: { name: name(random), new_name: random.pick(MODELS) },
    }),
  ],
  [1, (random) => ({ method: 'DELETE', path: 'registered-models/delete', body: { name: name(random) } })],
  [2, (random) => ({ method: 'DELETE', path: 'model-versions/delete', body: both(random) })],
  [
    4,
    (random) => ({ method: 'POST', path: 'registered-models/set-tag', body: { name: name(random), ...tag(random) } }),
  ],
  [
    2,
    (random) => ({
      method: 'DELETE',
      path: 'registered-models/delete-tag',
      body: { name: name(random), key: random.pick(TAGS) },
    }),
  ],
  [4, (random) => ({ method: 'POST', path: 'model-versions/set-tag', body: { ...both(random), ...tag(random) } })],
  [
    2,
    (random) => ({
      method: 'DELETE',
      path: 'model-versions/delete-tag',
      body: { ...both(random), key: random.pick(TAGS) },
    }),
  ],
  [
    6,
    (random) => ({
      method: 'POST',
      path: 'registered-models/alias',
      body: { ...both(random), alias: random.pick(ALIASES) },
    }),
  ],
  [
    4,
    (random) => ({
      method: 'GET',
      path: 'registered-models/alias',
      body: { name: name(random), alias: random.pick(ALIASES) },
    }),
  ],
  [
    2,
    (random) => ({
      method: 'DELETE',
      path: 'registered-models/alias',
      body: { name: name(random), alias: random.pick(ALIASES) },
    }),
  ],
  [
    4,
    (random) => ({
      method: 'POST',
      path: 'model-versions/transition-stage',
      body: { ...both(random), stage: random.pick(STAGES), archive_existing_versions: random.chance(0.4) },
    }),
  ],
  [
    4,
    (random) => ({
      method: 'POST',
      path: 'registered-models/get-latest-versions',
      body: { name: name(random), ...(random.chance(0.5) && { stages: [random.pick(STAGES)] }) },
    }),
  ],
  [
    5,
    (random) => ({
      method: 'GET',
      path: 'registered-models/search',
      body: {
        max_results: 100,
        ...(random.chance(0.6) && { filter: random.pick(MODEL_FILTERS) }),
        order_by: random.pick([['name'], ['name DESC']]),
      },
    }),
  ],
  [
    5,
    (random) => ({
      method: 'GET',
      path: 'model-versions/search',
      body: {
        max_results: 100,
        ...(random.chance(0.6) && { filter: random.pick(VERSION_FILTERS) }),
        order_by: random.pick([
          ['name', 'version_number DESC'],
          ['version_number', 'name'],
        ]),
      },
    }),
  ],
]

const WEIGHT = MAKERS.reduce((sum, [weight]) => sum + weight, 0)

/** The next call of a sequence to the registry. */
export function nextRegistryCall(random: Random): Call {
  let place = random.below(WEIGHT)
  for (const [weight, make] of MAKERS) {
    place -= weight
    if (place < 0) return make(random)
  }
  throw new Error('unreachable: the weights add up')
}
