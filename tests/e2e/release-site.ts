import { fileURLToPath } from 'node:url'
import { createRng, type EndpointSpecInput, type Row } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { type ServedTrips, serveTrips } from '../../packages/server/test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../packages/server/test/serving/trips.ts'

const MINUTE = 60_000
const WEB = fileURLToPath(new URL('../../packages/web/dist/', import.meta.url))
const ROWS_A_REQUEST = 4
const REQUESTS_A_TURN = 60
const SLOTS_A_TURN = 12
const SIDES = 6
/** Latencies are real here, and a busy machine must not end a release that a test looks at. */
const HARMLESS = 1000

export const LONG_NAME = 'predicted-lateness-of-the-northern-night-shift-trips-with-connections-in-winter1'

/** A server on which every kind of release is under way, with the traffic that brought it there: its clock began in the past and has caught up. */
export type ReleaseSite = {
  readonly url: string
  readonly api: RegiaClient
  readonly ask: (endpoint: string, count: number) => Promise<void>
  readonly served: ServedTrips
  readonly close: () => Promise<void>
}

const RELEASES: readonly (EndpointSpecInput & { readonly versions: number })[] = [
  {
    name: 'eta',
    versions: 2,
    stable: 'eta@champion',
    canary: {
      model: 'eta@challenger',
      steps: [10, 20, 35, 50],
      every: '7m',
      minimumRequests: 40,
      promoteWhen: { nonInferior: 'accuracy', margin: 0.05 },
      rollbackWhen: { errorRate: 0.02, p99Ms: 250, latencyIncrease: HARMLESS, scoreShift: 9 },
    },
  },
  {
    name: 'fares',
    versions: 3,
    stable: 'fares@champion',
    experiment: {
      arms: [
        { model: 'fares@2', share: 0.3 },
        { model: 'fares@3', share: 0.3 },
      ],
      metric: 'accuracy',
      minimumEffect: 0.02,
      rollbackWhen: { latencyIncrease: HARMLESS, scoreShift: 5 },
    },
  },
  {
    name: 'offers',
    versions: 3,
    stable: 'offers@champion',
    bandit: {
      arms: [{ model: 'offers@2' }, { model: 'offers@3' }],
      stopAt: 0.9999,
      maximumExpectedLoss: 0.00001,
      minimumRewards: 100_000,
      rollbackWhen: { latencyIncrease: HARMLESS, scoreShift: 5 },
    },
  },
  {
    name: 'risk',
    versions: 2,
    stable: 'risk@champion',
    shadow: { model: 'risk@challenger', rule: { automatic: false } },
    abstainBelow: 0.6,
    topK: 2,
  },
  {
    name: LONG_NAME,
    versions: 1,
    stable: 'quiet@champion',
    limits: { cache: { entries: 1000 } },
    fallback: { answer: { score: 0.5, label: 'false' }, afterMs: 200 },
  },
]

/** Asks two of the others. */
const COMPOSED: EndpointSpecInput = {
  name: 'both',
  compose: {
    kind: 'weights',
    members: [
      { endpoint: 'offers', weight: 3 },
      { endpoint: 'risk', weight: 1 },
    ],
  },
}

export async function startReleases(options: { readonly turns?: number } = {}): Promise<ReleaseSite> {
  const { turns = 26 } = options
  let aheadMs = -turns * MINUTE
  const served = await serveTrips({ clock: () => Date.now() + aheadMs, webDir: WEB })
  const api = createClient({ url: served.server.url })
  const site: ReleaseSite = {
    url: served.server.url,
    api,
    served,
    ask: (endpoint, count) => ask(api, endpoint, count),
    close: () => served.close(),
  }
  await begin(site)
  for (let turn = 0; turn < turns; turn++) {
    for (let slot = 0; slot < SLOTS_A_TURN; slot++) {
      for (const { name } of RELEASES) await ask(api, name, REQUESTS_A_TURN / SLOTS_A_TURN)
      aheadMs += MINUTE / SLOTS_A_TURN
    }
    await served.server.services.serving.release.turn()
  }
  aheadMs = 0
  return site
}

async function begin({ served, api }: ReleaseSite): Promise<void> {
  const packages = [
    await packageTrips({ trees: 12, seed: 1 }),
    await packageTrips({ trees: 60, seed: 2 }),
    await packageTrips({ trees: 4, seed: 3 }),
  ]
  for (const { versions, ...spec } of RELEASES) {
    const model = spec.stable?.split('@')[0] ?? spec.name
    for (let i = 0; i < versions; i++) await served.register(model, packages[i]!, i === 0 ? 'champion' : 'challenger')
    await api.endpoints.apply(spec)
  }
  await api.endpoints.apply(COMPOSED)
}

/** Requests of a few rows each, with what became of most of them. */
async function ask(api: RegiaClient, endpoint: string, count: number): Promise<void> {
  const rng = createRng(`${endpoint} ${Math.random()}`)
  const drawn = tripRows(count * ROWS_A_REQUEST, rng.integer(1e9))
  let next = 0
  const side = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const rows = drawn.rows.slice(i * ROWS_A_REQUEST, (i + 1) * ROWS_A_REQUEST) as Row[]
      const { predictions } = await api.endpoints.predict(endpoint, { rows })
      const late = drawn.late.slice(i * ROWS_A_REQUEST)
      await api.labels.push({ labels: predictions.map(({ id }, k) => ({ predictionId: id, label: late[k] === true })) })
      await api.rewards.push({
        rewards: predictions.map(({ id, score }, k) => ({
          predictionId: id,
          reward: score > 0.5 === (late[k] === true) ? 1 : 0,
        })),
      })
    }
  }
  await Promise.all(Array.from({ length: SIDES }, side))
}
