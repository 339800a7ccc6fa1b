import type { EventEmitter } from 'node:events'
import { Client, credentials, Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js'
import type { Row } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTypeRows, packageEveryType } from '../../../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../../../test/serving/served-trips.ts'
import { doubles, textBytes } from '../testing/binary-request.ts'
import { codecOf, type MessageName } from './messages.ts'

const TOKEN = 'a-token-of-some-length'
const rows = everyTypeRows(2, 'grpc').map((row): Row => ({ ...row, gap: row.gap ?? 1 }))
const numbers = (name: string) => rows.map((row) => Number(row[name]))
const texts = (name: string) => rows.map((row) => Buffer.from(String(row[name])))

const TYPED = [
  { name: 'size', datatype: 'FP64', shape: [2], contents: { fp64Contents: numbers('size') } },
  { name: 'gap', datatype: 'FP32', shape: [2], contents: { fp32Contents: numbers('gap') } },
  { name: 'count', datatype: 'INT64', shape: [2], contents: { int64Contents: numbers('count') } },
  { name: 'flag', datatype: 'BOOL', shape: [2], contents: { boolContents: numbers('flag').map(Boolean) } },
  { name: 'code', datatype: 'BYTES', shape: [2], contents: { bytesContents: texts('code') } },
  { name: 'time', datatype: 'BYTES', shape: [2], contents: { bytesContents: texts('time') } },
]
const RAW = {
  inputs: TYPED.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
  rawInputContents: [
    doubles(...numbers('size')),
    Buffer.from(Float32Array.from(numbers('gap')).buffer),
    Buffer.from(BigInt64Array.from(numbers('count'), BigInt).buffer),
    Buffer.from(numbers('flag')),
    textBytes(...texts('code')),
    textBytes(...texts('time')),
  ],
}

type Reply = ReturnType<typeof JSON.parse>
type Service =
  | 'inference.GRPCInferenceService'
  | 'inference.model_repository.ModelRepositoryService'
  | 'grpc.health.v1.Health'

let served: ServedTrips
let client: Client
let scores: readonly number[]

/** One call, as any client that knows the messages makes it. */
function callWith(
  of: Client,
  metadata: Metadata,
  method: string,
  [request, response]: readonly [MessageName, MessageName],
  message: object,
  service: Service = 'inference.GRPCInferenceService',
): Promise<Reply> {
  const [write, read] = [codecOf(request).encode, codecOf(response).decode]
  return new Promise((resolve, reject) => {
    of.makeUnaryRequest(`/${service}/${method}`, write, read, message, metadata, (error: ServiceError | null, reply) =>
      error ? reject(error) : resolve(reply),
    )
  })
}
const call = (method: string, names: readonly [MessageName, MessageName], message: object, service?: Service) =>
  callWith(client, new Metadata(), method, names, message, service)
const infer = (message: object) =>
  call('ModelInfer', ['ModelInferRequest', 'ModelInferResponse'], { modelName: 'every', ...message })
const refused = (message: object) =>
  infer(message).then(
    () => undefined,
    ({ code, details }: ServiceError) => ({ code, details }),
  )

beforeAll(async () => {
  served = await serveTrips({ grpcPort: 0, maxBodyBytes: 100_000 })
  await served.register('every', await packageEveryType())
  await served.apply({ name: 'every', stable: 'every@champion' })
  client = new Client(`127.0.0.1:${served.server.grpcPort}`, credentials.createInsecure())
  const { body } = await served.send('POST', '/api/v1/endpoints/every/predict', { rows })
  scores = body.predictions.map(({ score }: { score: number }) => Math.fround(score))
})
afterAll(async () => {
  client.close()
  await served.close()
})

describe('the protocol over gRPC', () => {
  it('answers lists of values with lists of values', async () => {
    const reply = await infer({ id: 'one', inputs: TYPED })
    expect(reply).toMatchObject({ modelName: 'every', modelVersion: '1', id: 'one', rawOutputContents: [] })
    const [score, ids] = reply.outputs
    expect(score).toMatchObject({ name: 'score', datatype: 'FP32', shape: ['2'] })
    expect(score.contents.fp32Contents).toEqual(scores)
    expect(ids.contents.bytesContents).toHaveLength(2)
  })

  it('answers raw contents with raw contents, byte for byte', async () => {
    const { outputs, rawOutputContents } = await infer(RAW)
    expect(outputs.map(({ contents }: Reply) => contents)).toEqual([null, null])
    const words = Buffer.alloc(8)
    for (const [i, score] of scores.entries()) words.writeFloatLE(score, 4 * i)
    expect(rawOutputContents[0]).toEqual(words)
    const [first, second] = [rawOutputContents[1].readUInt32LE(0), rawOutputContents[1].byteLength]
    expect(second).toBeGreaterThan(first + 8)
  })

  const [size, ...others] = TYPED
  it.each<[string, object, number, string]>([
    [
      'raw contents of some inputs',
      { ...RAW, rawInputContents: RAW.rawInputContents.slice(1) },
      status.INVALID_ARGUMENT,
      '6 inputs and 5 raw contents',
    ],
    ['contents twice', { ...RAW, inputs: TYPED }, status.INVALID_ARGUMENT, 'both contents and raw contents'],
    [
      'a list of another type',
      { inputs: [{ ...size, contents: { intContents: [1, 2] } }] },
      status.INVALID_ARGUMENT,
      'has int_contents; expected fp64_contents',
    ],
    [
      '16-bit floats in a list',
      { inputs: [{ ...size, datatype: 'FP16' }] },
      status.INVALID_ARGUMENT,
      'came as FP16 without raw contents',
    ],
    ['a datatype that is none', { inputs: [{ ...size, datatype: 'X' }] }, status.INVALID_ARGUMENT, 'came as "X"'],
    [
      'no contents',
      { inputs: [{ ...size, contents: undefined }] },
      status.INVALID_ARGUMENT,
      'has shape [2] but 0 elements',
    ],
    ['a missing input', { inputs: others }, status.INVALID_ARGUMENT, 'Input "size" (float) is missing'],
    [
      'a whole number beyond 2^53',
      { inputs: [{ ...TYPED[2], contents: { int64Contents: ['9007199254740993', 1] } }] },
      status.INVALID_ARGUMENT,
      'holds 9007199254740993',
    ],
    ['an unknown model', { modelName: 'nothing', inputs: TYPED }, status.NOT_FOUND, 'nothing'],
    ['an unknown version', { modelVersion: '7', inputs: TYPED }, status.NOT_FOUND, 'Version 7'],
    ['an unknown output', { inputs: TYPED, outputs: [{ name: 'x' }] }, status.INVALID_ARGUMENT, 'no output "x"'],
    ['a message beyond the limit', { ...RAW, id: 'x'.repeat(100_001) }, status.RESOURCE_EXHAUSTED, 'larger than max'],
  ])('refuses %s', async (_, message, code, details) => {
    expect(await refused(message)).toEqual({ code, details: expect.stringContaining(details) })
  })

  it('tells Kubernetes how it is', async () => {
    const health = (service: string) =>
      call('Check', ['HealthCheckRequest', 'HealthCheckResponse'], { service }, 'grpc.health.v1.Health')
    for (const service of ['', 'inference.GRPCInferenceService', 'every'])
      expect(await health(service)).toEqual({ status: 1 })
    await expect(health('nothing')).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it('unloads and loads, also under MLServer’s name for it', async () => {
    const repository = (method: string) =>
      call(
        method,
        ['RepositoryModelRequest', 'Nothing'],
        { modelName: 'every' },
        'inference.model_repository.ModelRepositoryService',
      )
    await repository('RepositoryModelUnload')
    expect(await refused(RAW)).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('out of service'),
    })
    const ready = await call('ModelReady', ['NamedModel', 'Ready'], { name: 'every' })
    expect(ready).toEqual({ ready: false })
    await repository('RepositoryModelLoad')
    expect((await infer(RAW)).outputs).toHaveLength(2)
  })

  it('does not know what it does not offer', async () => {
    await expect(call('SystemSharedMemoryStatus', ['Nothing', 'Nothing'], {})).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    })
  })
})

/** With which code a stream ends. */
const codeOf = (stream: EventEmitter): Promise<status> =>
  new Promise((resolve) => {
    stream.on('error', () => undefined)
    stream.once('status', ({ code }: StatusObject) => resolve(code))
  })

describe('a gRPC server of its own', () => {
  it('asks for the token that HTTP asks for, but not of a probe', async () => {
    const guarded = await serveTrips({ grpcPort: 0, token: TOKEN })
    const other = new Client(`127.0.0.1:${guarded.server.grpcPort}`, credentials.createInsecure())
    const live = (authorization?: string) => {
      const metadata = new Metadata()
      if (authorization !== undefined) metadata.set('authorization', authorization)
      return callWith(other, metadata, 'ServerLive', ['Nothing', 'ServerLiveResponse'], {})
    }
    await expect(live()).rejects.toMatchObject({ code: status.UNAUTHENTICATED })
    await expect(live('Bearer another-token-of-length')).rejects.toMatchObject({ code: status.UNAUTHENTICATED })
    expect(await live(`Bearer ${TOKEN}`)).toEqual({ live: true })
    const names = ['HealthCheckRequest', 'HealthCheckResponse'] as const
    expect(await callWith(other, new Metadata(), 'Check', names, {}, 'grpc.health.v1.Health')).toEqual({ status: 1 })
    other.close()
    await guarded.close()
  })

  it('tells a watcher of every change, and ends what is open when it closes', async () => {
    const watched = await serveTrips({ grpcPort: 0 })
    await watched.register('every', await packageEveryType())
    await watched.apply({ name: 'every', stable: 'every@champion' })
    const watcher = new Client(`127.0.0.1:${watched.server.grpcPort}`, credentials.createInsecure())
    const [{ encode }, { decode }] = [codecOf('HealthCheckRequest'), codecOf('HealthCheckResponse')]
    const statuses: number[] = []
    const watch = watcher.makeServerStreamRequest('/grpc.health.v1.Health/Watch', encode, decode, { service: 'every' })
    watch.on('data', (reply: { readonly status: number }) => statuses.push(reply.status))
    const ended = codeOf(watch)
    await expect.poll(() => statuses, { timeout: 45_000 }).toEqual([1])
    await watched.send('POST', '/v2/repository/models/every/unload')
    await expect.poll(() => statuses, { timeout: 45_000 }).toEqual([1, 2])
    await watched.send('POST', '/v2/repository/models/every/load')
    await expect.poll(() => statuses, { timeout: 45_000 }).toEqual([1, 2, 1])
    const { encode: write } = codecOf('ModelInferRequest')
    const { decode: read } = codecOf('ModelStreamInferResponse')
    const stream = watcher.makeBidiStreamRequest('/inference.GRPCInferenceService/ModelStreamInfer', write, read)
    const answered = new Promise((resolve) => stream.once('data', resolve))
    const finished = codeOf(stream)
    stream.write({ modelName: 'every', id: 'a', ...RAW })
    expect(await answered).toMatchObject({ errorMessage: '', inferResponse: { id: 'a' } })
    await watched.close()
    // Broken off they would end with another code.
    expect(await Promise.all([ended, finished])).toEqual([status.OK, status.OK])
    expect(statuses).toEqual([1, 2, 1, 2])
    watcher.close()
  })

  it('says when its port is taken', async () => {
    await expect(serveTrips({ grpcPort: served.server.grpcPort ?? 0 })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  })

  it('answers what is under way when it closes, and keeps a model unloaded over a restart', async () => {
    const first = await serveTrips({ grpcPort: 0 })
    await first.register('every', await packageEveryType())
    await first.apply({ name: 'every', stable: 'every@champion' })
    const asking = new Client(`127.0.0.1:${first.server.grpcPort}`, credentials.createInsecure())
    const names = ['ModelInferRequest', 'ModelInferResponse'] as const
    const ask = () => callWith(asking, new Metadata(), 'ModelInfer', names, { modelName: 'every', ...RAW })
    await ask()
    const replies = Promise.allSettled(Array.from({ length: 20 }, ask))
    await served.send('POST', '/v2/repository/index', {})
    const closing = first.server.close()
    const done = await replies
    // Each is answered, or was refused before it was taken; none is broken off.
    for (const one of done) if (one.status === 'rejected') expect(one.reason.code).toBe(status.UNAVAILABLE)
    await closing
    asking.close()
    const again = await serveTrips({ home: first.home, projectDir: first.projectDir })
    expect((await again.send('GET', '/v2/models/every/ready')).body).toEqual({ name: 'every', ready: true })
    await again.send('POST', '/v2/repository/models/every/unload')
    await again.server.close()
    const third = await serveTrips({ home: first.home, projectDir: first.projectDir })
    expect((await third.send('GET', '/v2/models/every/ready')).body).toEqual({ name: 'every', ready: false })
    expect((await third.send('GET', '/v2/health/ready')).body).toEqual({ ready: true })
    const { body } = await third.send('GET', '/api/v1/endpoints/every')
    expect(body).toMatchObject({ isUnloaded: true, deployments: [] })
    const refused = await third.send('POST', '/api/v1/endpoints/every/predict', { rows })
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'ENDPOINT_NOT_READY' } } })
    expect(refused.body.error.message).toContain('out of service')
    expect((await third.send('POST', '/v2/repository/index')).body).toEqual([
      { name: 'every', state: 'UNAVAILABLE', reason: 'unloaded' },
    ])
    await third.send('POST', '/v2/repository/models/every/load')
    expect((await third.send('GET', '/v2/models/every/ready')).body).toEqual({ name: 'every', ready: true })
    await third.close()
  })
})
