import { Client, credentials, status } from '@grpc/grpc-js'
import { createRng, type Rng } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTypeRows, packageEveryType } from '../../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'
import { codecOf } from './grpc/messages.ts'
import { binaryRequest, doubles, textBytes } from './testing/binary-request.ts'
import { mutateBytes, mutateJson } from './testing/mutations.ts'

const REQUESTS = 3000
const AT_ONCE = 12
const SEED = 20_261_122

const rows = everyTypeRows(3, 'fuzz')
const good = tripRows(1, 'fuzz').rows
let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips({ grpcPort: 0 })
  await served.register('every', await packageEveryType())
  await served.apply({ name: 'every', stable: 'every@champion' })
  await served.register('trips', await packageTrips())
  await served.apply({ name: 'trips' })
})
afterAll(() => served.close())

type Sent = { readonly path: string; readonly headers: Record<string, string>; readonly body: Buffer<ArrayBuffer> }

const TYPES = { size: 'FP64', gap: 'FP64', count: 'INT64', flag: 'BOOL', code: 'BYTES', time: 'BYTES' } as const
const inputs = Object.entries(TYPES).map(([name, datatype]) => ({
  name,
  datatype,
  shape: [rows.length],
  data: rows.map((row) => row[name] ?? null),
}))
const BINARY = binaryRequest([
  { name: 'size', datatype: 'FP64', shape: [2], bytes: doubles(1, 2) },
  { name: 'gap', datatype: 'FP32', shape: [2], bytes: Buffer.from(Float32Array.of(1, Number.NaN).buffer) },
  { name: 'count', datatype: 'INT64', shape: [2], bytes: Buffer.from(BigInt64Array.of(1n, -2n).buffer) },
  { name: 'flag', datatype: 'BOOL', shape: [2], bytes: Buffer.from([0, 1]) },
  { name: 'code', datatype: 'BYTES', shape: [2], bytes: textBytes('1', 'É') },
  { name: 'time', datatype: 'BYTES', shape: [2], bytes: textBytes('2001-01-01', '2001-01-02T03:00Z') },
])
const JSON_TYPE = { 'content-type': 'application/json' }
const INFER = '/v2/models/every/infer'
const json = (path: string, body: unknown): Sent => ({
  path,
  headers: JSON_TYPE,
  body: Buffer.from(JSON.stringify(body)),
})

/** One broken request of some protocol, either broken in what it says or in its bytes. */
function brokenRequest(rng: Rng): Sent {
  const kind = rng.integer(8)
  if (kind === 0) return { path: INFER, headers: BINARY.headers, body: mutateBytes(BINARY.body, rng) }
  if (kind === 1) return { path: INFER, headers: lengthHeader(rng), body: BINARY.body }
  if (kind === 2) return brokenHead(rng)
  if (kind === 3) return json('/api/v1/endpoints/every/predict', mutateJson({ rows }, rng))
  if (kind === 4) return json('/api/v1/endpoints/every/invocations', mutateJson({ dataframe_records: rows }, rng))
  if (kind === 5) {
    const csv = Buffer.from('size,gap,count,flag,code,time\n1,2,3,true,"a,b",2001-01-01\n')
    return {
      path: '/api/v1/endpoints/every/predict',
      headers: { 'content-type': 'text/csv' },
      body: mutateBytes(csv, rng),
    }
  }
  const outputs = [{ name: 'score', parameters: { binary_data: true, classification: 1 } }]
  const request = { id: '1', inputs, outputs, parameters: { timeout: 5_000_000, binary_data_output: false } }
  const changed = json(INFER, mutateJson(mutateJson(request, rng), rng))
  return kind === 6 ? changed : { ...changed, body: mutateBytes(changed.body, rng) }
}

const lengthHeader = (rng: Rng) => ({
  'inference-header-content-length': String(rng.integer(BINARY.body.byteLength + 20)),
})

/** The JSON before the tensors changed, its length told rightly. */
function brokenHead(rng: Rng): Sent {
  const length = Number(BINARY.headers['inference-header-content-length'])
  const head = JSON.stringify(mutateJson(JSON.parse(BINARY.body.subarray(0, length).toString()), rng)) ?? ''
  const body = Buffer.concat([Buffer.from(head), BINARY.body.subarray(length)])
  return { path: INFER, headers: { 'inference-header-content-length': String(Buffer.byteLength(head)) }, body }
}

async function send({ path, headers, body }: Sent): Promise<{ status: number; text: string }> {
  const response = await fetch(served.server.url + path, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}

/** Runs so many of something, some of them at once, and asks an unbroken question beside each lot. */
async function hail(count: number, one: (rng: Rng) => Promise<void>): Promise<void> {
  const rng = createRng(SEED)
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const lot = Array.from({ length: AT_ONCE }, () => one(rng))
    const beside = served.send('POST', '/api/v1/endpoints/trips/predict', { rows: good })
    await Promise.all(lot)
    expect((await beside).status).toBe(200)
  }
}

describe('thousands of broken requests', () => {
  it('are each refused in words or answered, and others are answered beside them', async () => {
    const seen = new Map<number, number>()
    await hail(REQUESTS, async (rng) => {
      const sent = brokenRequest(rng)
      const { status: code, text } = await send(sent)
      seen.set(code, (seen.get(code) ?? 0) + 1)
      if (code >= 500) expect.fail(`${code} ${text} for ${sent.path} ${JSON.stringify(sent.headers)} ${sent.body}`)
      if (code >= 400 && !/"(?:error|message)":/.test(text)) expect.fail(`no words: ${text}`)
    })
    // It says something only if many came through and many did not.
    expect(seen.get(200)).toBeGreaterThan(REQUESTS / 20)
    expect(seen.get(400)).toBeGreaterThan(REQUESTS / 4)
  }, 240_000)

  it('over gRPC as well', async () => {
    const client = new Client(`127.0.0.1:${served.server.grpcPort}`, credentials.createInsecure())
    const message = codecOf('ModelInferRequest').encode({
      modelName: 'every',
      inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
      rawInputContents: [
        ...[doubles(1, 2, 3), doubles(1, 2, 3), Buffer.alloc(24), Buffer.from([0, 1, 0])],
        ...[textBytes('a', 'b', 'c'), textBytes('2001-01-01', '2001-01-01', '2001-01-01')],
      ],
    })
    const ask = (bytes: Buffer): Promise<status> =>
      new Promise((resolve) => {
        const same = (buffer: Buffer) => buffer
        client.makeUnaryRequest('/inference.GRPCInferenceService/ModelInfer', same, same, bytes, (error) =>
          resolve(error?.code ?? status.OK),
        )
      })
    expect(await ask(message)).toBe(status.OK)
    const codes = new Set<status>()
    await hail(REQUESTS / 3, async (rng) => {
      codes.add(await ask(mutateBytes(message, rng)))
    })
    client.close()
    expect([...codes].sort((a, b) => a - b)).toEqual([status.OK, status.INVALID_ARGUMENT, status.NOT_FOUND])
  }, 120_000)
})
