import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type KeptReply, startKept } from '../../../test/serving/kept-connections.ts'
import { eventually } from '../../../test/serving/load.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'

const LONG = { timeout: 150_000 }
const WAIT = { timeout: 45_000, interval: 20 }
const { rows } = tripRows(200, 'processes')
const rowsOf = (client: number, turn: number) => [rows[(client * 31 + turn) % rows.length]!]
const CLIENTS = 16
/** On a busy machine latencies are no business of these tests, and the versions differ. */
const LENIENT = { scoreShift: 100, latencyIncrease: 100 }

async function pidsOf(url: string): Promise<readonly number[]> {
  // The connection may be one that a process had which is gone now.
  const reply = await fetch(`${url}/metrics`, { headers: { connection: 'close' } }).catch(() => undefined)
  const text = (await reply?.text()) ?? ''
  return [...text.matchAll(/^regia_gateway_process_requests_total\{pid="(\d+)"\}/gm)].map(([, pid]) => Number(pid))
}

async function loggedIds({ send }: ServedTrips): Promise<ReadonlySet<string>> {
  const ids: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await send('GET', `/api/v1/endpoints/trips/predictions?limit=1000${cursor}`)
    ids.push(...body.items.map(({ id }: { id: string }) => id))
    if (!body.nextCursor) break
    cursor = `&cursor=${body.nextCursor}`
  }
  expect(new Set(ids).size).toBe(ids.length)
  return new Set(ids)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const idsOf = (replies: readonly KeptReply[]) => replies.flatMap(({ ids }) => ids)
const failed = (replies: readonly KeptReply[]) => replies.filter(({ status }) => status !== 200)

/** A folder with one endpoint, and a server over it in a process of its own. */
async function startApart() {
  const first = await serveTrips()
  await first.register('trips', await packageTrips(), 'champion')
  await first.apply({ name: 'trips' })
  await first.server.close()
  const script = fileURLToPath(new URL('../../../test/serving/serve-gateways.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, first.home, first.projectDir, '2'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await first.close()
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text).trim())))
  const again = () => serveTrips({ home: first.home, projectDir: first.projectDir })
  return { child, url, ended, again }
}

describe('several processes under load', () => {
  it('lose only what was under way in a process that is killed, and get another one', LONG, async () => {
    const served = await serveTrips({ gatewayProcesses: 2 })
    onTestFinished(() => served.close())
    await served.register('trips', await packageTrips(), 'champion')
    await served.apply({ name: 'trips' })
    const before = await pidsOf(served.server.url)
    const clients = startKept(served.server.url, 'trips', rowsOf, CLIENTS)
    await expect.poll(() => clients.replies.length, WAIT).toBeGreaterThan(500)
    process.kill(before[0]!, 'SIGKILL')
    const after = await eventually(async () => {
      const pids = await pidsOf(served.server.url)
      return pids.length === 2 && !pids.includes(before[0]!) ? pids : undefined
    })
    expect(after).toContain(before[1])
    const count = clients.replies.length
    await expect.poll(() => clients.replies.length, WAIT).toBeGreaterThan(count + 500)
    const { replies, broken } = await clients.stop()
    // One request at a time on each connection.
    expect(broken.length).toBeLessThanOrEqual(CLIENTS)
    expect(failed(replies)).toEqual([])
    const logged = await loggedIds(served)
    expect(idsOf(replies).filter((id) => !logged.has(id))).toEqual([])
    // What was written for those who never heard of it.
    expect(logged.size - idsOf(replies).length).toBeLessThanOrEqual(broken.length)
  })

  it('fail no request at a canary step, a promotion and a roll-back', LONG, async () => {
    const served = await serveTrips({ gatewayProcesses: 2 })
    onTestFinished(() => served.close())
    const { send, server } = served
    await served.register('trips', await packageTrips(), 'champion')
    await served.apply({ name: 'trips' })
    const clients = startKept(server.url, 'trips', rowsOf, CLIENTS)
    const answeredBy = async (versions: readonly number[]) => {
      const from = clients.replies.length
      await expect
        .poll(() => new Set(clients.replies.slice(from + CLIENTS).map(({ version }) => version)).size, WAIT)
        .toBe(versions.length)
      const own = new Set(clients.replies.slice(from + CLIENTS).map(({ version }) => version))
      expect(own).toEqual(new Set(versions))
    }
    await served.register('trips', await packageTrips({ seed: 2 }), 'challenger')
    const canary = { model: 'trips@challenger', steps: [20, 60], minimumRequests: 100_000, rollbackWhen: LENIENT }
    await served.apply({ name: 'trips', canary: canary as never })
    await answeredBy([1, 2])
    expect((await send('POST', '/api/v1/endpoints/trips/advance', {})).status).toBe(200)
    await answeredBy([1, 2])
    expect((await send('POST', '/api/v1/endpoints/trips/promote', { reason: 'good' })).status).toBe(200)
    await answeredBy([2])
    const rolledBackAt = performance.now()
    expect((await send('POST', '/api/v1/endpoints/trips/rollback', { reason: 'bad' })).status).toBe(200)
    const tookMs = performance.now() - rolledBackAt
    await answeredBy([1])
    const { replies, broken } = await clients.stop()
    expect({ broken, failed: failed(replies) }).toEqual({ broken: [], failed: [] })
    expect(tookMs).toBeLessThan(1_000)
    const logged = await loggedIds(served)
    expect(logged).toEqual(new Set(idsOf(replies)))
  })

  it('fail no request at SIGTERM, and lose nothing that was acknowledged', LONG, async () => {
    const { child, url, ended, again } = await startApart()
    const pids = await eventually(async () => {
      const found = await pidsOf(url)
      return found.length === 2 ? found : undefined
    })
    const clients = startKept(url, 'trips', rowsOf, CLIENTS)
    await expect.poll(() => clients.replies.length, WAIT).toBeGreaterThan(500)
    child.kill('SIGTERM')
    // As a load balancer does: it sends nothing more once the server says that it is not ready.
    await expect.poll(async () => (await fetch(`${url}/v2/health/ready`)).status, WAIT).toBe(503)
    const { replies, broken } = await clients.stop()
    expect({ broken, failed: failed(replies) }).toEqual({ broken: [], failed: [] })
    expect(await ended).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
    const served = await again()
    const logged = await loggedIds(served)
    await served.server.close()
    expect(logged).toEqual(new Set(idsOf(replies)))
  })

  it('are gone when the first process is killed, and nothing acknowledged is lost', LONG, async () => {
    const { child, url, ended, again } = await startApart()
    const pids = await eventually(async () => {
      const found = await pidsOf(url)
      return found.length === 2 ? found : undefined
    })
    const clients = startKept(url, 'trips', rowsOf, CLIENTS)
    await expect.poll(() => clients.replies.length, WAIT).toBeGreaterThan(500)
    child.kill('SIGKILL')
    await ended
    await expect.poll(() => pids.filter(isAlive), WAIT).toEqual([])
    const { replies } = await clients.stop()
    const served = await again()
    const logged = await loggedIds(served)
    await served.server.close()
    expect(idsOf(replies).filter((id) => !logged.has(id))).toEqual([])
  })

  it('replace a process that hangs', LONG, async () => {
    const served = await serveTrips({ gatewayProcesses: 1 })
    onTestFinished(() => served.close())
    const [pid] = await pidsOf(served.server.url)
    process.kill(pid!, 'SIGSTOP')
    await sleep(100)
    // The metrics may be asked over a connection that the one that hangs has taken: by the first process itself they are not.
    await expect
      .poll(() => served.server.services.serving && isAlive(pid!), { timeout: 60_000, interval: 100 })
      .toBe(false)
    const next = await eventually(async () => {
      const pids = await pidsOf(served.server.url)
      return pids.length === 1 ? pids : undefined
    })
    expect(next).not.toContain(pid)
  })
})
