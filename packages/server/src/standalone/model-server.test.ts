import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { packModel, readModelPackage, writeModelPackage } from '@regia/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainOnTrips, trip } from '../../../../tests/fixtures/models/trips.ts'
import { PredictionLog } from '../serving/prediction-log/index.ts'
import { createModelServer, type ModelServer, type ModelServerOptions } from './model-server.ts'

const TOKEN = 'a token of thirty-two characters'

describe('createModelServer', () => {
  let bytes: Uint8Array
  let folder: string
  let server: ModelServer
  const options = (more: Partial<ModelServerOptions> = {}): ModelServerOptions =>
    // A package from its bytes, whatever else is asked for.
    ({ bytes, name: 'late', version: 3, regia: '1.2.3', ...more }) as ModelServerOptions
  const withServer = async (more: Partial<ModelServerOptions>, use: (server: ModelServer) => Promise<void>) => {
    const other = await createModelServer(options({ limits: { drainMs: 0 }, ...more }))
    try {
      await use(other)
    } finally {
      await other.close()
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'regia-model-server-'))
    bytes = (await writeModelPackage(trainOnTrips())).bytes
    server = await createModelServer(options({ limits: { drainMs: 0 } }))
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  const get = (path: string, base = server.url) => fetch(base + path)
  const post = (path: string, body: unknown, init: RequestInit = {}, base = server.url) =>
    fetch(base + path, {
      method: 'POST',
      body: JSON.stringify(body),
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    })

  it('answers the example of its package as it did when it was packaged', async () => {
    const { example, signature } = readModelPackage(bytes).manifest
    const reply = await post('/predict', { rows: example.rows })
    const { predictions, ...rest } = (await reply.json()) as {
      predictions: { id: string; probabilities: Record<string, number> }[]
    }
    expect(rest).toEqual({ endpoint: 'late', model: 'late', version: 3 })
    const got = predictions.map(({ probabilities }) => signature.classes?.map((name) => probabilities[name]))
    expect(got).toEqual(example.probabilities)
    expect(new Set(predictions.map(({ id }) => id)).size).toBe(example.rows.length)
  })

  it('answers alike under every path and protocol', async () => {
    const plain = await (await post('/predict', { rows: [trip] })).json()
    const endpoint = await (await post('/api/v1/endpoints/late/predict', { rows: [trip] })).json()
    const datatypes: Record<string, string> = {
      at: 'BYTES',
      miles: 'INT64',
      place: 'BYTES',
      wind: 'FP64',
      isFull: 'BOOL',
    }
    const inputs = Object.entries(trip).map(([name, value]) => ({
      ...{ name, datatype: datatypes[name], shape: [1], data: [value] },
    }))
    const infer = await (await post('/v2/models/late/versions/3/infer', { inputs })).json()
    const score = plain.predictions[0].score
    expect(endpoint.predictions[0].score).toBe(score)
    const probabilities = infer.outputs.find(({ name }: { name: string }) => name === 'probabilities')
    expect(probabilities.data[1]).toBeCloseTo(score, 6)
    expect(infer).toMatchObject({ model_name: 'late', model_version: '3' })
  })

  it('takes tables as MLflow sends them, and CSV', async () => {
    const plain = await (await post('/predict', { rows: [trip] })).json()
    const columns = Object.keys(trip)
    const data = [Object.values(trip)]
    const scored = await post('/invocations', { dataframe_split: { columns, data } })
    expect(scored.status).toBe(200)
    const { predictions } = await scored.json()
    expect(predictions.map(String)).toEqual([plain.predictions[0].label])
    const wrong = await post('/invocations', { dataframe_split: { columns: ['miles'], data: [[1]] } })
    expect(await wrong.json()).toMatchObject({ error_code: 'BAD_REQUEST', message: expect.stringContaining('missing') })
    const csv = `${columns.join(',')}\n${Object.values(trip).join(',')}\n`
    const table = await post('/predict', undefined, {
      body: csv,
      headers: { 'content-type': 'text/csv', accept: 'text/csv' },
    })
    const [head = '', row = ''] = (await table.text()).split('\n')
    expect(head.split(',').slice(0, 3)).toEqual(['id', 'label', 'score'])
    expect(Number(row.split(',')[2])).toBeCloseTo(plain.predictions[0].score, 6)
  })

  it('tells what the Open Inference Protocol asks', async () => {
    expect(await (await get('/v2')).json()).toMatchObject({ name: 'regia', version: '1.2.3' })
    expect(await (await get('/v2/health/live')).json()).toEqual({ live: true })
    expect(await (await get('/v2/health/ready')).json()).toEqual({ ready: true })
    expect(await (await get('/v2/models/late/ready')).json()).toEqual({ name: 'late', ready: true })
    expect(await (await get('/v2/models/late')).json()).toMatchObject({ name: 'late', versions: ['3'] })
    expect(await (await get('/v2/models/late/stats')).json()).toMatchObject({ model_stats: [{ name: 'late' }] })
    const unknown = await get('/v2/models/early')
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      { error: 'There is no model "early". This server has "late".' },
    ])
    expect((await get('/v2/models/late/versions/2')).status).toBe(404)
  })

  it('shows a request that works', async () => {
    const { example, signature } = await (await get('/')).json()
    expect(signature.target).toBe('late')
    const reply = await post(example.path, example.body)
    expect(reply.status).toBe(200)
  })

  it('counts in the words of the control plane', async () => {
    await withServer({}, async ({ url }) => {
      await post('/predict', { rows: [trip, trip] }, {}, url)
      await post('/predict', { rows: [{}] }, {}, url)
      const text = await (await get('/metrics', url)).text()
      expect(text).toContain('# TYPE regia_endpoint_requests_total counter')
      expect(text).toContain('regia_endpoint_requests_total{endpoint="late",version="3"} 2')
      expect(text).toContain('regia_endpoint_predictions_total{endpoint="late",version="3"} 2')
      expect(text).toContain('regia_endpoint_errors_total{endpoint="late",version="3"} 1')
      expect(text).toMatch(/regia_endpoint_latency_seconds\{endpoint="late",version="3",quantile="0.99"\} 0\.\d+/)
    })
  })

  it('says what is wrong with a request, and where', async () => {
    const faults: [string, unknown, RequestInit, number, RegExp][] = [
      ['/predict', { rows: [{ ...trip, miles: 'far' }] }, {}, 422, /miles.{2,4} must be a whole number/],
      ['/predict', { rows: [{ ...trip, speed: 1 }] }, {}, 422, /no input .{1,3}speed/],
      ['/predict', { rows: [] }, {}, 400, /0 rows/],
      ['/predict', undefined, { body: '{"rows": [' }, 400, /not JSON/],
      ['/predict', undefined, { body: '\u001f', headers: { 'content-encoding': 'gzip' } }, 400, /cannot be unpacked/],
      [
        '/predict',
        undefined,
        { body: '{}', headers: { 'content-encoding': 'zstd' } },
        400,
        /content-encoding .{1,3}zstd/,
      ],
      ['/v2/models/late/infer', { inputs: [] }, {}, 400, /There are no inputs/],
      ['/v2/models/early/infer', {}, {}, 404, /There is no POST/],
      ['/nowhere', {}, {}, 404, /POST \/predict/],
    ]
    for (const [path, body, init, status, message] of faults) {
      const reply = await post(path, body, init)
      const text = await reply.text()
      expect([path, reply.status, text]).toEqual([path, status, expect.stringMatching(message)])
    }
    expect((await fetch(`${server.url}/predict`, { method: 'PUT', body: '{}' })).status).toBe(404)
    const unknown = await post('/v2/models/early/infer', {})
    expect(await unknown.json()).toEqual({
      error: expect.stringMatching(/^There is no POST \/v2\/models\/early\/infer\./),
    })
  })

  it('takes packed bodies, and stops at a bomb', async () => {
    await withServer({ limits: { drainMs: 0, maxBodyBytes: 10_000 } }, async ({ url }) => {
      const packed = (text: string) => ({ body: gzipSync(text), headers: { 'content-encoding': 'gzip' } })
      const good = await post('/predict', undefined, packed(JSON.stringify({ rows: [trip] })), url)
      expect(good.status).toBe(200)
      const bomb = await post('/predict', undefined, packed(' '.repeat(1_000_000)), url)
      expect(bomb.status).toBe(413)
      const large = await post('/predict', undefined, { body: ' '.repeat(1_000_000) }, url)
      expect([large.status, await large.text()]).toEqual([413, expect.stringContaining('larger than 10000 bytes')])
      expect(
        (await post('/predict', undefined, { body: chunked(100), duplex: 'half' } as RequestInit, url)).status,
      ).toBe(413)
      expect((await post('/predict', { rows: [trip] }, {}, url)).status).toBe(200)
    })
  })

  it.each([
    ['a head', 'POST /predict HTTP/1.1\r\nHost: a\r\nX-Long: '],
    ['a body', 'POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n'],
  ])('leaves a client that sends %s too slowly, and answers the others', async (_, beginning) => {
    await withServer({ limits: { drainMs: 0, requestMs: 400 } }, async ({ url }) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
      let told = ''
      socket.on('data', (chunk) => {
        told += chunk
      })
      socket.write(beginning)
      const dripping = setInterval(() => socket.writable && socket.write('x'), 30)
      let isOver = false
      const over = once(socket, 'close').then(() => {
        isOver = true
      })
      while (!isOver) expect((await post('/predict', { rows: [trip] }, {}, url)).status).toBe(200)
      await over
      clearInterval(dripping)
      expect(told).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
      expect(JSON.parse(told.split('\r\n\r\n')[1]!)).toMatchObject({ error: { code: 'TIMEOUT', where: 'request' } })
    })
  })

  it('limits the rows of a request and the requests under way', async () => {
    await withServer({ limits: { drainMs: 0, maxRows: 2, maxUnderWay: 1 } }, async ({ url }) => {
      const rows = await post('/predict', { rows: [trip, trip, trip] }, {}, url)
      expect([rows.status, await rows.text()]).toEqual([413, expect.stringContaining('3 rows; this server takes 2')])
      const slow = httpRequest(`${url}/predict`, { method: 'POST', headers: { 'content-length': 1000 } })
      slow.on('error', () => {})
      slow.write('{')
      await wait(100)
      const more = await post('/predict', { rows: [trip] }, {}, url)
      expect([more.status, more.headers.get('retry-after')]).toEqual([429, '1'])
      slow.destroy()
      await expect.poll(async () => (await post('/predict', { rows: [trip] }, {}, url)).status, POLL).toBe(200)
    })
  })

  it('asks for its token, but not of probes', async () => {
    await withServer({ token: TOKEN }, async ({ url }) => {
      const status = async (path: string, authorization?: string) =>
        (await fetch(url + path, authorization === undefined ? {} : { headers: { authorization } })).status
      expect(await status('/v2/health/live')).toBe(200)
      expect(await status('/v2/health/ready')).toBe(200)
      expect(await status('/health')).toBe(200)
      expect(await status('/metrics')).toBe(401)
      expect(await status('/v2/models/late')).toBe(401)
      expect(await status('/metrics', `Bearer ${TOKEN}`)).toBe(200)
      expect(await status('/metrics', `Basic ${Buffer.from(`any:${TOKEN}`).toString('base64')}`)).toBe(200)
      expect(await status('/metrics', `Bearer ${TOKEN}x`)).toBe(401)
      expect((await post('/predict', { rows: [trip] }, {}, url)).status).toBe(401)
      const headers = { authorization: `Bearer ${TOKEN}` }
      expect((await post('/predict', { rows: [trip] }, { headers }, url)).status).toBe(200)
    })
  })

  it('keeps what it answered in a log that can be read again', async () => {
    const logDir = join(folder, 'log')
    const ids: string[] = []
    for (const rows of [[trip, { ...trip, miles: 900 }], [trip]]) {
      await withServer({ logDir }, async ({ url }) => {
        const { predictions } = await (await post('/predict', { rows }, {}, url)).json()
        ids.push(...predictions.map(({ id }: { id: string }) => id))
      })
    }
    const log = new PredictionLog({ dir: logDir, clock: Date.now })
    const records = [...log.open('late').recordsFrom()]
    await log.close()
    expect(records.map(({ id }) => id)).toEqual(ids)
    expect(new Set(ids.map((id) => id.split('-')[0]))).toEqual(new Set([expect.stringMatching(/^[0-9a-z]{8}$/)]))
    expect(records.map(({ record }) => record.kind === 'prediction' && record.row.miles)).toEqual([300, 900, 300])
  })

  it('does not become ready with a model that fails its own example', async () => {
    const { manifest, graph, referenceProfile } = readModelPackage(bytes)
    const example = { ...manifest.example, probabilities: manifest.example.probabilities?.map(() => [0.5, 0.5]) ?? [] }
    const wrong = packModel({
      manifest: { ...manifest, example },
      graph,
      ...(referenceProfile && { referenceProfile }),
    })
    await expect(createModelServer(options({ bytes: wrong }))).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED' })
    await expect(createModelServer(options({ bytes: Buffer.from('zip') }))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    })
  })

  it('says that a port is taken', async () => {
    const port = Number(new URL(server.url).port)
    await expect(createModelServer(options({ port }))).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  })

  it('goes on answering while it drains, and tells clients to go elsewhere', async () => {
    const draining = await createModelServer(options({ limits: { drainMs: 1_500 } }))
    expect((await get('/v2/health/ready', draining.url)).status).toBe(200)
    const closed = draining.close()
    const ready = await get('/v2/health/ready', draining.url)
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close'])
    expect((await get('/v2/health/live', draining.url)).status).toBe(200)
    expect((await post('/predict', { rows: [trip] }, {}, draining.url)).status).toBe(200)
    await closed
    await expect(get('/v2/health/live', draining.url)).rejects.toThrow()
  })
})

/** A bound of a hang, not of a speed. */
const POLL = { timeout: 45_000 }

/** A body without a length: chunks of a kilobyte. */
const chunked = (count: number): ReadableStream<Uint8Array> => {
  let left = count
  return new ReadableStream({
    pull: (controller) => (left-- > 0 ? controller.enqueue(Buffer.alloc(1024, ' ')) : controller.close()),
  })
}
