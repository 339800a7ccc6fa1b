import { describe, expect, it, onTestFinished } from 'vitest'
import { startKept } from '../../../test/serving/kept-connections.ts'
import { eventually } from '../../../test/serving/load.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import { takeHappenings } from './take-answers.ts'

const LONG = { timeout: 120_000 }
const WAIT = { timeout: 45_000, interval: 20 }
const { rows } = tripRows(200, 'processes')
const rowsOf = (client: number, turn: number) => [rows[(client * 31 + turn) % rows.length]!]
/** So many replies from 16 clients leave none that was under way before. */
const LAST = 200
const NONE = { errors: [], failures: [], fallbacks: [], units: [] }

async function serve(): Promise<ServedTrips> {
  const served = await serveTrips({ gatewayProcesses: 2 })
  onTestFinished(() => served.close())
  await served.register('trips', await packageTrips(), 'champion')
  await served.apply({ name: 'trips' })
  await served.register('trips', await packageTrips({ seed: 2 }), 'challenger')
  return served
}

describe('a release over several processes', () => {
  it('counts what all of them answered, and is cut off in all of them at once', LONG, async () => {
    const served = await serve()
    const rollbackWhen = { scoreShift: 100, latencyIncrease: 100, consecutiveFailures: 5 }
    const canary = { model: 'trips@challenger', steps: [50], minimumRequests: 100_000, rollbackWhen }
    await served.apply({ name: 'trips', canary: canary as never })
    const clients = startKept(served.server.url, 'trips', rowsOf, 16)
    await expect.poll(() => clients.replies.length, WAIT).toBeGreaterThan(500)
    const gateway = served.server.services.serving.endpoints.get('trips')
    const answeredBy = async (versions: readonly number[]) => {
      const from = clients.replies.length
      const last = () => clients.replies.slice(from).slice(-LAST)
      const isSo = () => last().length === LAST && new Set(last().map(({ version }) => version))
      await expect.poll(isSo, WAIT).toEqual(new Set(versions))
    }
    await answeredBy([1, 2])
    const release = gateway.recorder!.id
    const failure = { release, version: 2, latencyMs: 1, isInvalid: false }
    // In one message, so that no answer stands between them.
    takeHappenings(gateway, { ...NONE, failures: Array(5).fill(failure) })
    const { body } = await eventually(async () => {
      const found = await served.send('GET', '/api/v1/endpoints/trips/releases')
      return found.body.items[0].state === 'rolled-back' ? found : undefined
    })
    await answeredBy([1])
    const { replies, broken } = await clients.stop()
    expect(broken).toEqual([])
    const [ended] = body.items
    const counted = ended.arms.reduce((sum: number, arm: { requestCount: number }) => sum + arm.requestCount, 0)
    expect(counted).toBeGreaterThan(500)
    expect(counted).toBeLessThanOrEqual(replies.length + 5)
    const { body: points } = await served.send('GET', '/api/v1/endpoints/trips/traffic?minutes=5')
    const traffic = points.points.flatMap(({ versions }: { versions: { requestCount: number }[] }) => versions)
    const all = traffic.reduce((sum: number, { requestCount }: { requestCount: number }) => sum + requestCount, 0)
    expect(all).toBe(replies.length)
  })

  it('asks the version in shadow about what any of them answered', LONG, async () => {
    const served = await serve()
    await served.apply({ name: 'trips', shadow: { model: 'trips@challenger' } as never })
    const clients = startKept(served.server.url, 'trips', rowsOf, 16)
    await expect.poll(() => clients.replies.length, WAIT).toBeGreaterThan(300)
    const { replies, broken } = await clients.stop()
    expect(broken).toEqual([])
    const gateway = served.server.services.serving.endpoints.get('trips')
    await expect
      .poll(() => {
        const { scored = 0, dropped = 0, failed = 0 } = gateway.shadowCounts ?? {}
        return { all: scored + dropped, failed }
      }, WAIT)
      .toEqual({ all: replies.length, failed: 0 })
    expect(gateway.shadowCounts?.scored).toBeGreaterThan(0)
  })
})
