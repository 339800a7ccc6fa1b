import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type RegiaServer } from '../../app.ts'
import { type RecordedPair, readRecording } from './testing/replay.ts'

const RECORDING = new URL('../../../../../tests/reference/mlflow/tracking-3.17.2.json', import.meta.url)

let folder: string
let server: RegiaServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-bad-input-'))
  server = await createServer({ home: join(folder, 'home'), projectDir: folder })
}, 60_000)

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e300,
  '',
  '\u0000',
  "' OR 1=1 --",
  '../../etc/passwd',
  'constructor',
  'x'.repeat(9_000),
  '\uD800',
  [],
  [null],
  [[[]]],
  [{ key: null }],
  [{ key: 'toString', value: {} }],
  {},
  { __proto__: { isAdmin: true } },
]

type Request = RecordedPair['request']

/** One good request of every kind. */
function kinds(): readonly Request[] {
  const found = new Map<string, Request>()
  for (const { request } of readRecording(RECORDING).pairs) {
    const fields = Object.keys({ ...(request.body as object | undefined), ...request.query })
    if (fields.length > 0) found.set(`${request.verb} ${request.path} ${fields.join()}`, request)
  }
  return [...found.values()]
}

async function send({ verb, path }: Request, values: Readonly<Record<string, unknown>>): Promise<void> {
  const isQuery = verb === 'GET'
  const query = isQuery ? `?${new URLSearchParams(Object.entries(values).map(([k, v]) => [k, String(v)]))}` : ''
  const reply = await server.app.inject({ method: verb, url: path + query, ...(!isQuery && { payload: values }) })
  const told = `${verb} ${path} ${JSON.stringify(values).slice(0, 200)}: ${reply.body.slice(0, 200)}`
  expect(reply.statusCode, told).toBeLessThan(500)
  if (reply.statusCode >= 400) {
    expect(reply.json(), told).toEqual({ error_code: expect.any(String), message: expect.any(String) })
  }
}

const times = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i))

describe('searches of any size', () => {
  const search = { verb: 'POST', path: '/api/2.0/mlflow/runs/search' } as const

  it.each([30, 200, 3_000])(
    'are answered or refused: %d conditions, fields or experiments',
    async (count) => {
      const metrics = times(count, (i) => `m${i}`)
      const { run } = JSON.parse((await server.app.inject(created)).body)
      for (const part of [metrics.slice(0, 1_000), metrics.slice(1_000, 2_000), metrics.slice(2_000)]) {
        const points = part.map((key) => ({ key, value: 1, timestamp: 1 }))
        await send(
          { verb: 'POST', path: '/api/2.0/mlflow/runs/log-batch' },
          { run_id: run.info.run_id, metrics: points },
        )
      }
      const filter = metrics.map((key) => `metrics.${key} = 1`).join(' AND ')
      const order_by = metrics.map((key) => `metrics.${key} DESC`)
      const tags = times(count, (i) => `tags.t${i} = 'x'`).join(' AND ')
      for (const asked of [{ filter }, { filter: tags }, { order_by }, { filter, order_by: order_by.slice(0, 30) }]) {
        await send(search, { experiment_ids: ['0'], ...asked })
      }
      await send(search, { experiment_ids: times(count, String) })
      await send(search, { experiment_ids: ['0'], filter: `run_id IN (${times(count * 10, (i) => `'${i}'`).join()})` })
      const ofExperiments = { verb: 'POST', path: '/api/2.0/mlflow/experiments/search' } as const
      await send(ofExperiments, { max_results: 5, filter: tags })
      await send(ofExperiments, { max_results: 5, order_by: times(count, (i) => `tags.t${i}`) })
      const ofModels = { verb: 'POST', path: '/api/2.0/mlflow/logged-models/search' } as const
      await send(ofModels, { experiment_ids: ['0'], filter: tags })
      await send(ofModels, { experiment_ids: ['0'], filter, order_by: times(count, (i) => `m${i}`).map(byMetric) })
      await send(ofModels, {
        experiment_ids: ['0'],
        datasets: times(count, String).map((name) => ({ dataset_name: name })),
      })
    },
    120_000,
  )
})

const byMetric = (key: string) => ({ field_name: `metrics.${key}` })
const created = { method: 'POST', url: '/api/2.0/mlflow/runs/create', payload: { experiment_id: '0' } } as const

describe('odd values', () => {
  it("never are the server's fault", async () => {
    for (const request of kinds()) {
      const good = { ...(request.body as object | undefined), ...request.query }
      for (const field of Object.keys(good)) for (const odd of ODD) await send(request, { ...good, [field]: odd })
    }
  }, 120_000)
})
