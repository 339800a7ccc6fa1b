import { rmSync } from 'node:fs'
import { Agent } from 'node:http'
import path from 'node:path'
import { boolColumn, createRng, floatColumn, gradientBoosting, makeTable, passthrough, tabularModel } from '@regia/core'
import { packModel, readModelPackage, writeModelPackage } from '@regia/engine'
import { createServer } from '@regia/server'
import { atMost, type Benchmark } from '../claim.ts'
import { post } from '../loop/load.ts'
import { residentMb } from '../process-tree.ts'
import { startRegia, temporaryFolder } from '../regia-process.ts'

const MODELS = 1_000
const TREES = 100

/** A thousand models behind as many endpoints of one server: made through the API, started without loading any, each asked once. */
export const measureManyModels: Benchmark = async (say) => {
  const project = temporaryFolder()
  const home = path.join(project, '.regia')
  say(`serving: ${MODELS} models of ${TREES} trees are registered, and an endpoint is made of each`)
  const { createSeconds, body } = await fill(home, project)
  say('serving: the server starts, and every endpoint is asked once')
  const server = await startRegia(project, ['--no-worker'], home)
  try {
    const readySeconds = await secondsUntilReady(server.url)
    const startedMb = residentMb(server.pid)
    const cold = await askEach(server.url, body)
    const loadedMb = residentMb(server.pid)
    const warm = await askEach(server.url, body)
    const at = (values: readonly number[], fraction: number): number =>
      [...values].sort((a, b) => a - b)[Math.floor(values.length * fraction)]!
    say(`resident: ${startedMb.toFixed(0)} MB after the start, ${loadedMb.toFixed(0)} MB after all were asked`)
    say(
      `cold: p50 ${at(cold, 0.5).toFixed(1)} ms, p99 ${at(cold, 0.99).toFixed(1)} ms, most ${Math.max(...cold).toFixed(1)} ms`,
    )
    say(`again: p50 ${at(warm, 0.5).toFixed(1)} ms, p99 ${at(warm, 0.99).toFixed(1)} ms`)
    return [
      atMost(`${MODELS} endpoints made through the API`, createSeconds, 's', 60),
      atMost(`regia up with ${MODELS} endpoints is ready`, server.readyAfterMs / 1000 + readySeconds, 's', 10),
      atMost(`memory with ${MODELS} models asked once`, loadedMb, 'MB', 2_000),
      atMost('first answer of a cold model, 99th percentile', at(cold, 0.99), 'ms', 100),
    ]
  } finally {
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  }
}

async function fill(home: string, projectDir: string) {
  const server = await createServer({ home, projectDir, roles: ['api', 'gateway'] })
  const packaged = readModelPackage(await packageOf(TREES))
  const { graph, referenceProfile, manifest } = packaged
  for (let i = 0; i < MODELS; i++) {
    const metrics = { number: i }
    const bytes = packModel({
      graph,
      manifest: { ...manifest, metrics },
      ...(referenceProfile && { referenceProfile }),
    })
    const stored = await fetch(`${server.url}/api/v1/blobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    })
    const { digest } = await stored.json()
    await server.services.models.register({
      model: `model-${i}`,
      alias: 'champion',
      packageDigest: digest,
      report: undefined,
      lineage: { datasets: [], params: {}, artifacts: {} },
      by: 'benchmark',
      reason: 'benchmark',
    })
  }
  const startedAt = performance.now()
  for (let i = 0; i < MODELS; i++) {
    const name = `endpoint-${i}`
    const reply = await fetch(`${server.url}/api/v1/endpoints/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, stable: `model-${i}@champion` }),
    })
    if (!reply.ok) throw new Error(await reply.text())
  }
  const createSeconds = (performance.now() - startedAt) / 1000
  await server.close()
  return { createSeconds, body: JSON.stringify({ rows: [manifest.example.rows[0]] }) }
}

/** Until the server says that every endpoint answers. */
async function secondsUntilReady(url: string): Promise<number> {
  const startedAt = performance.now()
  while (!(await fetch(`${url}/v2/health/ready`)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
  return (performance.now() - startedAt) / 1000
}

/** The latency of one request to each endpoint, one after the other, in milliseconds. */
async function askEach(url: string, body: string): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const latencies: number[] = []
  for (let i = 0; i < MODELS; i++) {
    const startedAt = performance.now()
    await post(agent, Number(new URL(url).port), `/api/v1/endpoints/endpoint-${i}/predict`, body)
    latencies.push(performance.now() - startedAt)
  }
  agent.destroy()
  return latencies
}

async function packageOf(trees: number): Promise<Uint8Array> {
  const rng = createRng('many models')
  const names = Array.from({ length: 10 }, (_, i) => `x${i}`)
  const values = names.map(() => Array.from({ length: 2_000 }, () => rng.normal()))
  const late = values[0]!.map((value, i) => value + values[1]![i]! * values[2]![i]! + rng.normal() > 0)
  const columns = Object.fromEntries(names.map((name, i) => [name, floatColumn(values[i]!)]))
  const train = makeTable({ ...columns, late: boolColumn(late) })
  const model = tabularModel({ transforms: [passthrough(names)], learner: gradientBoosting({ trees, leaves: 31 }) })
  return (await writeModelPackage({ fitted: model.fit(train, { target: 'late' }), train })).bytes
}
