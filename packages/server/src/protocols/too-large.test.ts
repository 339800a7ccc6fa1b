import { gzipSync } from 'node:zlib'
import { Client, compressionAlgorithms, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTypeRows, packageEveryType } from '../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { codecOf } from './open-inference/grpc/messages.ts'

const MAX_BODY_BYTES = 50_000
const NAME = 'every'
const EMPTY = new Uint8Array(2 * MAX_BODY_BYTES).fill(32)

let served: ServedTrips
beforeAll(async () => {
  served = await serveTrips({ grpcPort: 0, maxBodyBytes: MAX_BODY_BYTES })
  await served.register(NAME, await packageEveryType())
  await served.apply({ name: NAME, stable: `${NAME}@champion` })
})
afterAll(() => served.close())

const json = { 'content-type': 'application/json' }
const WAYS: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['plain JSON', `/api/v1/endpoints/${NAME}/predict`, json],
  ['CSV', `/api/v1/endpoints/${NAME}/predict`, { 'content-type': 'text/csv' }],
  ['V2 in JSON', `/v2/models/${NAME}/infer`, json],
  ['V2 with binary tensors', `/v2/models/${NAME}/infer`, { 'inference-header-content-length': '100' }],
  ['MLflow’s scoring', `/api/v1/endpoints/${NAME}/invocations`, json],
  ['MLflow’s scoring of CSV', '/invocations', { 'content-type': 'text/csv' }],
]
/** What of an error a person reads, in whatever form. */
const textOf = (body: string): string => {
  const { error, error_code: _, message } = JSON.parse(body)
  if (typeof error === 'string' || error === undefined) return error ?? message
  return `${error.message} (${error.where}) ${error.hint}`
}

describe.each(WAYS)('a body that is too large, as %s', (_, path, headers) => {
  const post = async (body: Uint8Array, more: Readonly<Record<string, string>> = {}) => {
    const reply = await fetch(served.server.url + path, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { ...headers, ...more },
    })
    return { status: reply.status, text: textOf(await reply.text()) }
  }

  it('is refused with the limit, the place and what to do', async () => {
    const { status: code, text } = await post(EMPTY)
    expect(code).toBe(413)
    expect(text).toContain(`The request body is larger than ${MAX_BODY_BYTES} bytes`)
    expect(text).toMatch(/body.*Send less at once: fewer rows/)
  })

  it('is refused when it is small until it is unpacked', async () => {
    const { status: code, text } = await post(gzipSync(new Uint8Array(40_000_000)), { 'content-encoding': 'gzip' })
    expect(code).toBe(413)
    expect(text).toContain(`The request body is larger than ${MAX_BODY_BYTES} bytes when unpacked.`)
    expect(text).toMatch(/body.*Send less at once: fewer rows/)
  })
})

describe('a message that is too large, over gRPC', () => {
  it.each([
    ['as it is', {}, /larger than max/],
    ['packed', { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }, /decompresses to a size larger/],
  ])('is refused %s with the limit, the place and what to do', async (_, options, message) => {
    const address = `127.0.0.1:${served.server.grpcPort}`
    const client = new Client(address, credentials.createInsecure(), options)
    const { encode } = codecOf('ModelInferRequest')
    const error = await new Promise<ServiceError | null>((resolve) =>
      client.makeUnaryRequest(
        '/inference.GRPCInferenceService/ModelInfer',
        (request: object) => encode(request),
        (bytes) => bytes,
        { modelName: NAME, id: 'x'.repeat(2 * MAX_BODY_BYTES) },
        (fault) => resolve(fault),
      ),
    )
    client.close()
    expect([error?.code, error?.details]).toEqual([status.RESOURCE_EXHAUSTED, expect.stringMatching(message)])
    expect(error?.details).toContain(
      `A request takes ${MAX_BODY_BYTES} bytes, unpacked (message). Send less at once: fewer rows a request.`,
    )
  })
})

it('leaves the requests that come after it untouched', async () => {
  const [row] = everyTypeRows(1, 'after')
  const reply = await served.send('POST', `/api/v1/endpoints/${NAME}/predict`, { rows: [row] })
  expect(reply.status).toBe(200)
})
