import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { deepPackage } from '../../../../tests/fixtures/models/graph-packages.ts'
import { serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

const CLIENTS = 12
const DELAY_MS = 1_000

type Reply = { readonly status: number; readonly connection: string | undefined }

function send(agent: Agent, url: URL, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(body && { 'content-length': Buffer.byteLength(body) }) }
    const sent = request(url, { agent, method: body ? 'POST' : 'GET', headers }, (response) => {
      response.resume()
      response.once('end', () => resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }))
      response.once('error', reject)
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

async function startDraining(home: string, projectDir: string) {
  const script = fileURLToPath(new URL('../../test/serving/serve-draining.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, home, projectDir, String(DELAY_MS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text).trim())))
  return { child, url, ended }
}

it('fails no request at SIGTERM under load, and is gone when it has answered', async () => {
  const first = await serveTrips()
  await first.register('trips', await packageTrips(), 'champion')
  await first.register('deep', await deepPackage(60), 'champion')
  await first.apply({ name: 'trips' })
  await first.apply({ name: 'deep', stable: 'deep@champion' })
  await first.server.close()

  const { child, url, ended } = await startDraining(first.home, first.projectDir)
  const agent = new Agent({ keepAlive: true })
  const trip = JSON.stringify({ rows: tripRows(1, 'drain').rows })
  const deep = JSON.stringify({ rows: [{ a: 1, b: 2 }] })
  const replies: Reply[] = []
  const afterSignal: Reply[] = []
  let isSignalled = false
  let isReady = true
  const client = async (number: number): Promise<void> => {
    // As a load balancer does, it sends nothing more once the server says that it is not ready.
    while (isReady) {
      const [name, body] = number % 3 === 0 ? ['deep', deep] : ['trips', trip]
      const reply = await send(agent, new URL(`/api/v1/endpoints/${name}/predict`, url), body)
      replies.push(reply)
      if (isSignalled) afterSignal.push(reply)
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
  await expect.poll(() => replies.length, { timeout: 60_000 }).toBeGreaterThan(100)
  child.kill('SIGTERM')
  await expect
    .poll(async () => (await send(agent, new URL('/v2/health/ready', url))).status, { timeout: 45_000, interval: 20 })
    .toBe(503)
  isSignalled = true
  // Meanwhile the clients go on: what comes before they look elsewhere is answered.
  await sleep(DELAY_MS / 3)
  isReady = false
  await Promise.all(clients)

  expect(replies.filter(({ status }) => status !== 200)).toEqual([])
  expect(afterSignal.length).toBeGreaterThan(20)
  expect(afterSignal.slice(CLIENTS).every(({ connection }) => connection === 'close')).toBe(true)
  expect(await ended).toBe(0)
  agent.destroy()
  await first.close()
})
