import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { tinyPackage } from '../../../test/tiny-model.ts'
import { binaryRequest, doubles, readAnswer } from './testing/binary-request.ts'
import { RESPONSE_SCHEMAS, type ResponseKind } from './testing/response-schemas.ts'

let served: ServedTrips
const ajv = new Ajv({ allowUnionTypes: true })
const INFER = '/v2/models/tiny/infer'

beforeAll(async () => {
  served = await serveTrips()
  await served.register('tiny', await tinyPackage(5))
  await served.apply({ name: 'tiny', stable: 'tiny@champion' })
})
afterAll(() => served.close())

const send = async (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  readAnswer(await fetch(served.server.url + path, { method: 'POST', body, headers }))

function conforms(kind: ResponseKind, body: unknown): void {
  const validate = ajv.compile(RESPONSE_SCHEMAS[kind])
  expect(validate(body), JSON.stringify(validate.errors)).toBe(true)
}

const X = { name: 'x', datatype: 'FP64', shape: [2], data: [0.1, 0.9] }

describe('every reply has the shape that the protocol gives it', () => {
  it.each<[string, string, ResponseKind, number, unknown?]>([
    ['GET', '/v2', 'metadata_server_response', 200],
    ['GET', '/v2/health/live', 'live', 200],
    ['GET', '/v2/health/ready', 'ready', 200],
    ['GET', '/v2/models/tiny', 'metadata_model_response', 200],
    ['GET', '/v2/models/tiny/versions/1', 'metadata_model_response', 200],
    ['GET', '/v2/models/tiny/ready', 'ready', 200],
    ['GET', '/v2/models/tiny/versions/1/ready', 'ready', 200],
    ['POST', INFER, 'inference_response', 200, { id: '1', inputs: [X] }],
    [
      'POST',
      '/v2/models/tiny/versions/1/infer',
      'inference_response',
      200,
      { inputs: [X], outputs: [{ name: 'label' }] },
    ],
    [
      'POST',
      INFER,
      'inference_response',
      200,
      { inputs: [X], outputs: [{ name: 'probabilities', parameters: { classification: 1 } }] },
    ],
    ['GET', '/v2/models/stats', 'stats_model_response', 200],
    ['GET', '/v2/models/tiny/stats', 'stats_model_response', 200],
    ['GET', '/v2/models/tiny/versions/1/stats', 'stats_model_response', 200],
    ['POST', '/v2/repository/index', 'repository_index_response', 200, {}],
    ['POST', '/v2/repository/index', 'repository_index_response', 200, { ready: true }],
    ['POST', INFER, 'error', 400, { inputs: [{ ...X, name: 'y' }] }],
    ['GET', '/v2/models/nothing', 'error', 404],
    ['GET', '/v2/models/tiny/versions/8/stats', 'error', 404],
    ['GET', '/v2/models/nothing/config', 'error', 404],
    ['POST', '/v2/repository/models/nothing/load', 'error', 404, {}],
    ['POST', '/v2/repository/models/tiny/load', 'error', 400, { parameters: { 'file:../../x': 'eA==', config: '{}' } }],
    ['POST', '/v2/repository/index', 'error', 400, { ready: 'yes' }],
    ['GET', '/v2/nothing', 'error', 404],
    ['DELETE', '/v2/models/tiny', 'error', 404],
    ['POST', '/v2/models/tiny/nothing', 'error', 404, {}],
    ['GET', '/v2/models/%zz', 'error', 400],
    ['POST', '/v2/repository/models/tiny/unload', 'error', 400, []],
  ])('%s %s: %s, %i', async (method, path, kind, status, body) => {
    const reply = await served.send(method, path, body)
    expect(reply.status).toBe(status)
    conforms(kind, reply.body)
  })

  it('also before binary data', async () => {
    const { body, headers } = binaryRequest([{ name: 'x', datatype: 'FP64', shape: [2], bytes: doubles(0.1, 0.9) }])
    conforms('inference_response', (await send(INFER, body, headers)).json)
  })
})

describe('bytes on the line', () => {
  it('takes a request as the protocol writes it down, and answers byte for byte', async () => {
    const json =
      '{"id":"42","inputs":[{"name":"x","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}}],' +
      '"outputs":[{"name":"label","parameters":{"binary_data":true}}]}'
    const body = Buffer.concat([Buffer.from(json), Buffer.from('0000803e0000403f', 'hex')])
    const response = await fetch(served.server.url + INFER, {
      method: 'POST',
      body,
      headers: { 'inference-header-content-length': String(json.length) },
    })
    const expected =
      '{"model_name":"tiny","model_version":"1","id":"42","outputs":[' +
      '{"name":"label","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":17}}]}'
    const tensor = Buffer.from('0500000066616c73650400000074727565', 'hex')
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.concat([Buffer.from(expected), tensor]))
    expect(response.headers.get('inference-header-content-length')).toBe(String(expected.length))
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
  })

  it('answers floats as little-endian words', async () => {
    const plain = await served.send('POST', INFER, { inputs: [X], outputs: [{ name: 'probabilities' }] })
    const { body, headers } = binaryRequest([{ name: 'x', datatype: 'FP64', shape: [2, 1], bytes: doubles(0.1, 0.9) }])
    const { tensors, json } = await send(INFER, body, headers)
    const words = Buffer.alloc(16)
    for (const [i, value] of plain.body.outputs[0].data.entries()) words.writeFloatLE(value, 4 * i)
    expect(tensors.probabilities).toEqual(words)
    expect(json.outputs.map(({ name }: { name: string }) => name)).toEqual(['label', 'probabilities', 'prediction_id'])
  })

  it('takes a model’s only input without any JSON, and answers all outputs in binary', async () => {
    const raw = await send(INFER, doubles(0.1, 0.9), { 'inference-header-content-length': '0' })
    expect(raw.json.outputs.map(({ shape }: { shape: number[] }) => shape)).toEqual([[2], [2, 2], [2]])
    expect(raw.tensors.label?.toString('hex')).toBe('0500000066616c73650400000074727565')
  })

  it('overrides for one output what is asked of all', async () => {
    const input = { name: 'x', datatype: 'FP64', shape: [1], bytes: doubles(0.1) }
    const { body, headers } = binaryRequest([input], {
      parameters: { binary_data_output: true },
      outputs: [{ name: 'probabilities' }, { name: 'label', parameters: { binary_data: false } }],
    })
    const { json, tensors } = await send(INFER, body, headers)
    expect(Object.keys(tensors)).toEqual(['probabilities'])
    expect(json.outputs[1].data).toEqual(['false'])
  })
})
