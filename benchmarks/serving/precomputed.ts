import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { boolColumn, createRng, floatColumn, gradientBoosting, makeTable, passthrough, tabularModel } from '@regia/core'
import { writeModelPackage } from '@regia/engine'
import { atMost, type Claim } from '../claim.ts'
import { residentMb, treePssMb } from '../process-tree.ts'
import { type RegiaProcess, startRegia, temporaryFolder } from '../regia-process.ts'
import { type LoadReport, loadInChild } from './load-generator.ts'

// Scores that were computed before, looked up by key. By itself: node benchmarks/serving/precomputed.ts [--keys 10000000] [--seconds 10]

const ASKED = 50_000
const CONNECTIONS = 16
/** Requests that leave on time need a free connection whenever one is due. */
const ON_TIME_CONNECTIONS = 64
const WATCH_MS = 250
const BUILD_MS = 900_000

export type PrecomputedOptions = { readonly keys: number; readonly seconds: number }

/** One server, one endpoint, as many keys: how long the index takes, what memory the server has then, and how fast keys are answered. */
export async function measurePrecomputed(
  { keys, seconds }: PrecomputedOptions,
  say: (text: string) => void,
): Promise<readonly Claim[]> {
  const project = temporaryFolder()
  const home = path.join(project, '.regia')
  await writeScores(path.join(project, 'scores.parquet'), keys)
  const server = await startRegia(project, ['--no-worker'], home)
  try {
    await fill(server, say)
    const startedMb = residentMb(server.pid)
    const build = await buildIndex(server, keyOf(0))
    const bytes = indexBytes(home)
    say(`index of ${keys} keys: ${build.seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(0)} MB on the disk`)
    const target = {
      port: Number(new URL(server.url).port),
      path: '/api/v1/endpoints/by-key/predict',
      bodies: bodiesOf(keys),
    }
    const top = await loadInChild(target, { connections: CONNECTIONS, seconds })
    const half = await loadInChild(target, { connections: ON_TIME_CONNECTIONS, seconds, rate: top.perSecond / 2 })
    for (const [name, load] of [['as fast as it goes', top] as const, ['at half of that', half] as const]) {
      say(`${name}: ${load.perSecond.toFixed(0)}/s, p50 ${load.p50Ms.toFixed(2)} ms, p99 ${load.p99Ms.toFixed(2)} ms`)
      assertAnswered(load)
    }
    const endedMb = residentMb(server.pid)
    say(
      `resident: ${startedMb.toFixed(0)} MB before, ${build.afterMb.toFixed(0)} MB after the index was built, ${endedMb.toFixed(0)} MB after ${top.requests + half.requests} look-ups`,
    )
    return [
      atMost(`index of ${keys} keys`, build.seconds, 's', (60 * keys) / 1e6),
      atMost(`most memory of server and builder meanwhile`, build.mostMb, 'MB', 2_000),
      atMost(`memory of the server that answers ${keys} keys`, endedMb, 'MB', 500),
      atMost(`look-up of one of ${keys} keys, ${CONNECTIONS} at once, 99th percentile`, top.p99Ms, 'ms', 10),
      atMost(`look-up of one of ${keys} keys at half of the top load, 99th percentile`, half.p99Ms, 'ms', 10),
    ]
  } finally {
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  }
}

const keyOf = (i: number): string => `customer-${String(i).padStart(9, '0')}`

/** In no order, as scores come. */
async function writeScores(file: string, keys: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (
      SELECT 'customer-' || lpad(((i * 7919) % ${keys})::VARCHAR, 9, '0') AS id, (i % 2 = 0)::VARCHAR AS prediction,
        p AS score, (1 - p)::FLOAT AS probability_false, p AS probability_true
      FROM (SELECT i, ((hash(i) % 1000000) / 1e6)::FLOAT AS p FROM range(${keys}) made(i))
    ) TO '${file}' (FORMAT PARQUET)`,
  )
  connection.closeSync()
  instance.closeSync()
}

async function fill({ client }: RegiaProcess, say: (text: string) => void): Promise<void> {
  const { digest } = await client.blobs.write(await packageOf())
  await client.models.import('tiny', { files: { 'tiny.zip': digest } })
  const startedAt = performance.now()
  await client.datasets.ingest('scores', { path: 'scores.parquet' })
  say(`the dataset of scores is taken in: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

async function buildIndex({ client, url, pid }: RegiaProcess, key: string) {
  let mostMb = 0
  const watching = setInterval(() => {
    mostMb = Math.max(mostMb, treePssMb(pid))
  }, WATCH_MS)
  try {
    const startedAt = performance.now()
    await client.endpoints.apply({
      name: 'by-key',
      stable: 'tiny@champion',
      precomputed: { key: 'id', scores: 'scores' },
    })
    while (!(await fetch(`${url}/api/v1/endpoints/by-key/precomputed/${key}`)).ok) {
      if (performance.now() - startedAt > BUILD_MS) throw new Error('the index is not there after a quarter of an hour')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return { seconds: (performance.now() - startedAt) / 1000, mostMb, afterMb: residentMb(pid) }
  } finally {
    clearInterval(watching)
  }
}

const indexBytes = (home: string): number =>
  readdirSync(path.join(home, 'precomputed')).reduce(
    (sum, name) => sum + statSync(path.join(home, 'precomputed', name)).size,
    0,
  )

function bodiesOf(keys: number): string[] {
  const rng = createRng('keys')
  return Array.from({ length: ASKED }, () => JSON.stringify({ rows: [{ id: keyOf(rng.integer(keys)) }] }))
}

function assertAnswered({ failures, failure }: LoadReport): void {
  if (failures > 0) throw new Error(`${failures} look-ups failed, the first with ${failure}`)
}

async function packageOf(): Promise<Uint8Array<ArrayBuffer>> {
  const x = Array.from({ length: 200 }, (_, i) => i / 200)
  const train = makeTable({ x: floatColumn(x), late: boolColumn(x.map((value) => value > 0.5)) })
  const model = tabularModel({ transforms: [passthrough(['x'])], learner: gradientBoosting({ trees: 5, leaves: 3 }) })
  return new Uint8Array((await writeModelPackage({ fitted: model.fit(train, { target: 'late' }), train })).bytes)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { keys: { type: 'string', default: '10000000' }, seconds: { type: 'string', default: '10' } },
  })
  const say = (text: string) => console.error(text)
  console.table(await measurePrecomputed({ keys: Number(values.keys), seconds: Number(values.seconds) }, say))
}
