import { type Decision, decisionSchema, type EndpointSpec, type Release, type Row, releaseSchema } from '@regia/core'
import type { ModelSession } from '@regia/engine'
import type { ServerOptions } from '../../src/app.ts'
import { type ServedTrips, serveTrips } from './served-trips.ts'
import { tripRows } from './trips.ts'

/** What one request got. */
export type Asked = {
  readonly id: string
  readonly version: number
  readonly label: string
  readonly isLate: boolean
  readonly status: number
}

/** A server with a clock that stands still until it is moved, and what a story of a release does with it. Everything goes over HTTP. */
export type ReleaseStory = {
  readonly served: ServedTrips
  readonly now: () => number
  readonly pass: (ms: number) => Promise<void>
  /** Looks at the release as the scheduler does. */
  readonly look: () => Promise<void>
  readonly serve: (spec: Partial<EndpointSpec>) => Promise<void>
  /** One request a row. */
  readonly ask: (
    count: number,
    options?: { readonly seed?: string; readonly rows?: readonly Row[] },
  ) => Promise<readonly Asked[]>
  readonly label: (asked: readonly Asked[]) => Promise<void>
  readonly reward: (asked: readonly Asked[], reward: (asked: Asked) => number | undefined) => Promise<void>
  readonly release: () => Promise<Release>
  readonly decisions: () => Promise<readonly Decision[]>
  readonly champion: () => Promise<number | undefined>
  readonly close: () => Promise<void>
}

export const MINUTE = 60_000
const SIDES = 12

export async function beginStory(
  options: Partial<ServerOptions> & { readonly startAt?: number } = {},
): Promise<ReleaseStory> {
  const { startAt = Date.parse('2026-11-22T09:00:00.000Z'), ...server } = options
  let time = startAt
  const served = await serveTrips({ clock: () => time, ...server })
  const { serving } = served.server.services
  const look = async () => {
    await serving.consumer.flush('trips')
    await serving.release.turn()
  }
  const post = async (path: string, body: unknown) => {
    const reply = await served.send('POST', path, body)
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
    return reply.body
  }
  let asking = 0
  return {
    served,
    now: () => time,
    pass: async (ms) => {
      time += ms
      await look()
    },
    look,
    serve: async (spec) => {
      await served.apply({ name: 'trips', ...spec })
    },
    ask: async (count, { seed = `story ${asking++}`, rows } = {}) => {
      const drawn = tripRows(count, seed)
      const asked: Asked[] = []
      let next = 0
      const side = async (): Promise<void> => {
        for (let i = next++; i < count; i = next++) {
          const row = rows?.[i] ?? drawn.rows[i]
          const { status, body } = await served.send('POST', '/api/v1/endpoints/trips/predict', { rows: [row] })
          const [prediction] = body.predictions ?? [{}]
          asked[i] = { ...prediction, version: body.version, isLate: drawn.late[i] === true, status }
        }
      }
      await Promise.all(Array.from({ length: SIDES }, side))
      return asked
    },
    label: async (asked) => {
      const labels = asked.map(({ id, isLate }) => ({ predictionId: id, label: isLate }))
      await post('/api/v1/labels', { labels })
    },
    reward: async (asked, reward) => {
      const rewards = asked.flatMap((each) => {
        const value = reward(each)
        return value === undefined ? [] : [{ predictionId: each.id, reward: value }]
      })
      if (rewards.length > 0) await post('/api/v1/rewards', { rewards })
    },
    release: async () => releaseSchema.parse((await served.send('GET', '/api/v1/endpoints/trips/release')).body),
    decisions: async () =>
      (await served.send('GET', '/api/v1/endpoints/trips/decisions')).body.items.map((item: unknown) =>
        decisionSchema.parse(item),
      ),
    champion: async () => {
      const { aliases } = (await served.send('GET', '/api/v1/models/trips')).body
      return aliases.find(({ alias }: { alias: string }) => alias === 'champion')?.version
    },
    close: () => served.close(),
  }
}

type Predict = ModelSession['predictBatch']

/** Makes the loaded challenger misbehave: what it answers goes through `change`. */
export function spoil({ served }: ReleaseStory, change: (predict: Predict) => Predict): void {
  const { deployment } = served.server.services.serving.endpoints.get('trips').arms[0]!
  if (!deployment) throw new Error('The challenger is not loaded.')
  const { session } = deployment
  const { predictBatch } = session
  const predict = change(predictBatch)
  Object.assign(session, {
    predictBatch: predict,
    predictInThread: async (batch: Parameters<Predict>[0]) => ({ predictions: await predict(batch), runMs: 1 }),
  })
}
