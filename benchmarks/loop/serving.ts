import { fork } from 'node:child_process'
import { cpSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { servable } from '@regia/core'
import { atMost, type Benchmark, ratioAtMost } from '../claim.ts'
import { cpuSeconds } from '../process-tree.ts'
import { freePort, ROOT, regia, startRegia, temporaryFolder } from '../regia-process.ts'
import { drive, type Load } from './load.ts'

const ROUNDS = 3
const REQUESTS = 20_000

/** A single-row request with validation, model, log and sketches, beside a bare server that only parses and serialises the same JSON. */
export const measureServing: Benchmark = async (say) => {
  const project = temporaryFolder()
  cpSync(path.join(ROOT, 'examples/penguins'), project, {
    recursive: true,
    filter: (source) => !source.includes('.regia') && !source.includes('node_modules'),
  })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'))
  const server = await startRegia(project)
  const bare = await startBareServer()
  try {
    await regia(project, server.url, ['data', 'add', 'penguins.csv', '--name', 'penguins'])
    await regia(project, server.url, ['run', 'penguins'])
    await regia(project, server.url, ['apply'])
    const version = servable(await server.client.models.version('penguins', 'champion'))
    const body = JSON.stringify({ rows: [version.package.example.rows[0]] })
    const answer = JSON.stringify(await server.client.endpoints.predict('penguins', JSON.parse(body)))
    bare.send(answer)
    const ours: Load = {
      pid: server.pid,
      port: Number(new URL(server.url).port),
      path: '/api/v1/endpoints/penguins/predict',
      body,
    }
    const theirs: Load = { pid: bare.pid!, port: bare.port, path: '/', body }
    return await compare(ours, theirs, say)
  } finally {
    bare.kill()
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  }
}

async function compare(ours: Load, theirs: Load, say: (text: string) => void) {
  await drive(ours, 32, REQUESTS / 4)
  await drive(theirs, 32, REQUESTS / 4)
  let our = 0
  let their = 0
  for (let round = 0; round < ROUNDS; round++) {
    say(`serving: round ${round + 1} of ${ROUNDS}`)
    our += await cpuMicroseconds(ours)
    their += await cpuMicroseconds(theirs)
  }
  const alone = await drive(ours, 1, 3_000)
  const aloneBare = await drive(theirs, 1, 3_000)
  return [
    ratioAtMost(
      'CPU of a single-row request, 32 connections, log and sketches on',
      our / ROUNDS,
      'µs',
      'bare node:http',
      their / ROUNDS,
      2,
    ),
    atMost('median latency of a single-row request, 1 connection', alone.medianMs, 'ms', 5),
    ratioAtMost(
      'median latency of a single-row request, 1 connection',
      alone.medianMs,
      'ms',
      'bare node:http',
      aloneBare.medianMs,
      5,
    ),
  ]
}

/** Processor time of the server per request, in microseconds. */
async function cpuMicroseconds(load: Load): Promise<number> {
  const before = cpuSeconds(load.pid)
  await drive(load, 32, REQUESTS)
  return ((cpuSeconds(load.pid) - before) / REQUESTS) * 1e6
}

async function startBareServer() {
  const port = await freePort()
  const child = fork(path.join(import.meta.dirname, 'bare-server.ts'), [String(port)])
  await new Promise((resolve) => child.once('message', resolve))
  return Object.assign(child, { port })
}
