import { Agent } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { predictKept, startKept } from '../../../test/serving/kept-connections.ts'
import { eventually } from '../../../test/serving/load.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import type { ServerOptions } from '../../app.ts'

const LONG = { timeout: 120_000 }
const { rows, late } = tripRows(200, 'processes')
const rowsOf = (client: number, turn: number) => [rows[(client * 31 + turn) % rows.length]!]

async function serve(options: Partial<ServerOptions> = {}): Promise<ServedTrips> {
  const served = await serveTrips({ gatewayProcesses: 2, ...options })
  onTestFinished(() => served.close())
  await served.register('trips', await packageTrips(), 'champion')
  return served
}

/** Requests by process id, as the metrics tell. */
async function requestsByPid({ server }: ServedTrips): Promise<ReadonlyMap<number, number>> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const lines = text.matchAll(/^regia_gateway_process_requests_total\{pid="(\d+)"\} (\d+)$/gm)
  return new Map([...lines].map(([, pid, count]) => [Number(pid), Number(count)]))
}

async function loggedIds(served: ServedTrips): Promise<readonly string[]> {
  const ids: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await served.send('GET', `/api/v1/endpoints/trips/predictions?limit=1000${cursor}`)
    ids.push(...body.items.map(({ id }: { id: string }) => id))
    if (!body.nextCursor) return ids
    cursor = `&cursor=${body.nextCursor}`
  }
}

describe('several processes on one port', () => {
  it('answer together, and log every prediction exactly once', LONG, async () => {
    const served = await serve()
    await served.apply({ name: 'trips' })
    const clients = startKept(served.server.url, 'trips', rowsOf, 24)
    await expect.poll(() => clients.replies.length, { timeout: 45_000 }).toBeGreaterThan(1_000)
    const { replies, broken } = await clients.stop()
    expect(broken).toEqual([])
    expect(replies.filter(({ status }) => status !== 200)).toEqual([])

    const byPid = await requestsByPid(served)
    expect([...byPid.keys()]).toHaveLength(2)
    for (const count of byPid.values()) expect(count).toBeGreaterThan(0)
    const ids = replies.flatMap((reply) => reply.ids)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...(await loggedIds(served))].sort()).toEqual([...ids].sort())

    const { body: endpoint } = await served.send('GET', '/api/v1/endpoints/trips')
    expect(endpoint.predictionCount).toBe(ids.length)
    const counted = endpoint.processes.map(({ pid, requestCount }: { pid: number; requestCount: number }) => [
      pid,
      requestCount,
    ])
    expect(new Map(counted)).toEqual(byPid)
    expect(endpoint.traffic[0].requestCount).toBe(ids.length)
    const labels = ids.slice(0, 500).map((predictionId, i) => ({ predictionId, label: late[i % late.length] ?? false }))
    expect((await served.send('POST', '/api/v1/labels', { labels })).body).toEqual({
      acceptedCount: 500,
      unknownIds: [],
    })
  })

  it(
    'answer the API and events over any connection, and the faults of requests as the first process does',
    LONG,
    async () => {
      const served = await serve()
      await served.apply({ name: 'trips' })
      const stream = await fetch(`${served.server.url}/api/v1/events`, { headers: { connection: 'close' } })
      const reader = stream.body!.getReader()
      const bad = { rows: [{ ...rows[0], unheard: 1 }] }
      for (let i = 0; i < 12; i++) {
        const init = { headers: { connection: 'close' } }
        const listed = await fetch(`${served.server.url}/api/v1/endpoints`, init)
        expect((await listed.json()).items).toHaveLength(1)
        expect((await fetch(`${served.server.url}/v2/models/trips`, init)).status).toBe(200)
        const agent = new Agent({ keepAlive: true })
        const wrong = await predictKept(agent, served.server.url, 'trips', bad.rows)
        expect(wrong.status).toBe(422)
        expect((await predictKept(agent, served.server.url, 'trips', [rows[0]!])).status).toBe(200)
        // Longer than one read: passed on, on the same connection.
        const many = await predictKept(agent, served.server.url, 'trips', Array(2_000).fill(rows[0]))
        expect(many.ids).toHaveLength(2_000)
        expect((await predictKept(agent, served.server.url, 'trips', [rows[0]!])).status).toBe(200)
        agent.destroy()
      }
      await eventually(async () => {
        const { body } = await served.send('GET', '/api/v1/endpoints/trips')
        return body.errorCount === 12 ? body : undefined
      })
      await served.apply({ name: 'trips', description: 'changed' })
      const heard = new TextDecoder().decode((await reader.read()).value)
      expect(heard.length).toBeGreaterThan(0)
      await reader.cancel()
    },
  )

  it('take a request whose body comes after its head', LONG, async () => {
    const served = await serve()
    await served.apply({ name: 'trips' })
    const { port } = new URL(served.server.url)
    const body = Buffer.from(JSON.stringify({ rows: [rows[0]] }))
    const head = `POST /api/v1/endpoints/trips/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
    const answered = async (parts: readonly (string | Buffer)[]): Promise<string> => {
      const socket = connect(Number(port), '127.0.0.1').setNoDelay(true)
      const told = new Promise<string>((resolve, reject) => {
        socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1', 0, 12)))
        socket.once('error', reject)
      })
      for (const part of parts) {
        socket.write(part)
        await sleep(5)
      }
      const status = await told
      socket.destroy()
      return status
    }
    const bytes = Buffer.concat([Buffer.from(head), body])
    for (let i = 0; i < 16; i++) {
      expect(await answered([head, body])).toBe('HTTP/1.1 200')
      // Byte by byte: passed on, and answered all the same.
      const drops = Array.from(bytes.subarray(-12), (byte) => Buffer.of(byte))
      expect(await answered([bytes.subarray(0, -12), ...drops])).toBe('HTTP/1.1 200')
    }
    const byPid = await requestsByPid(served)
    const answeredThere = [...byPid.values()].reduce((sum, count) => sum + count, 0)
    expect(answeredThere).toBeGreaterThan(2)
    expect(answeredThere).toBeLessThanOrEqual(16)
  })

  it('ask for the token as the first process does', LONG, async () => {
    const token = 'a token that is long enough'
    const served = await serveTrips({ gatewayProcesses: 1, token })
    onTestFinished(() => served.close())
    const statuses = new Set<number>()
    for (let i = 0; i < 8; i++) {
      const agent = new Agent({ keepAlive: true })
      statuses.add((await predictKept(agent, served.server.url, 'trips', [rows[0]!])).status)
      agent.destroy()
    }
    expect([...statuses]).toEqual([401])
  })

  it('keep an entity at one version, whichever process is asked', LONG, async () => {
    const served = await serve()
    await served.apply({ name: 'trips' })
    await served.register('trips', await packageTrips({ seed: 2 }), 'challenger')
    const experiment = {
      arms: [{ model: 'trips@challenger', share: 0.5 }],
      sticky: 'traveller',
      metric: 'accuracy',
      minimumEffect: 0.01,
    }
    await served.apply({ name: 'trips', experiment: experiment as never })
    const versions = new Map<number, Set<number>>()
    for (let i = 0; i < 10; i++) {
      const agent = new Agent({ keepAlive: true })
      for (let traveller = 0; traveller < 30; traveller++) {
        const row = { ...rows[0]!, traveller: `t${traveller}` }
        const { version } = await predictKept(agent, served.server.url, 'trips', [row])
        versions.set(traveller, (versions.get(traveller) ?? new Set()).add(version))
      }
      agent.destroy()
    }
    for (const answered of versions.values()) expect(answered.size).toBe(1)
    expect(new Set([...versions.values()].flatMap((one) => [...one]))).toEqual(new Set([1, 2]))
    const { body } = await served.send('GET', '/api/v1/endpoints/trips')
    expect(body.release.state).toBe('running')
  })
})
