import type { Row } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'

const EXTENSIONS = ['binary_tensor_data', 'classification', 'model_configuration', 'model_repository', 'statistics']
const { rows } = tripRows(3, 'tensors')
let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips()
  await served.register('trips', await packageTrips())
  await served.apply({ name: 'trips' })
})
afterAll(() => served.close())

const tensor = (name: string, datatype: string, of: readonly Row[] = rows, shape: unknown = [of.length]) => ({
  name,
  datatype,
  shape,
  data: of.map((row) => row[name]),
})
const inputs = (of: readonly Row[] = rows) => [
  tensor('miles', 'FP64', of),
  tensor('place', 'BYTES', of),
  tensor('wind', 'FP32', of),
]
const infer = (body: unknown, path = '/v2/models/trips/infer') => served.send('POST', path, body)
const output = (body: { outputs: { name: string; data: unknown[] }[] }, name: string) =>
  body.outputs.find((one) => one.name === name)

describe('Open Inference Protocol', () => {
  it('describes server and model', async () => {
    for (const path of ['/v2', '/v2/']) {
      expect((await served.send('GET', path)).body).toMatchObject({ name: 'regia', extensions: EXTENSIONS })
    }
    expect((await served.send('GET', '/v2/health/live')).body).toEqual({ live: true })
    expect((await served.send('GET', '/v2/health/ready')).body).toEqual({ ready: true })
    expect((await served.send('GET', '/v2/models')).body).toEqual({ models: ['trips'] })
    const metadata = {
      name: 'trips',
      versions: ['1'],
      platform: 'onnx_onnxv1',
      inputs: [
        { name: 'miles', datatype: 'FP64', shape: [-1] },
        { name: 'place', datatype: 'BYTES', shape: [-1] },
        { name: 'wind', datatype: 'FP64', shape: [-1] },
      ],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
        { name: 'prediction_id', datatype: 'BYTES', shape: [-1] },
      ],
    }
    for (const path of ['/v2/models/trips', '/v2/models/trips/versions/1']) {
      expect((await served.send('GET', path)).body).toEqual(metadata)
      expect((await served.send('GET', `${path}/ready`)).body).toEqual({ name: 'trips', ready: true })
    }
  })

  it('answers as plain rows do, and logs with event time', async () => {
    const at = '2001-04-02T08:00:00.000Z'
    const { status, body } = await infer({ id: 'a "b"', inputs: inputs(), parameters: { event_time: at } })
    expect(status).toBe(200)
    expect(body).toMatchObject({ model_name: 'trips', model_version: '1', id: 'a "b"' })
    const plain = (await served.send('POST', '/api/v1/endpoints/trips/predict', { rows })).body.predictions
    expect(output(body, 'label')).toEqual({
      name: 'label',
      datatype: 'BYTES',
      shape: [3],
      data: plain.map(({ label }: { label: string }) => label),
    })
    const probabilities = plain.flatMap((one: { probabilities: object }) => Object.values(one.probabilities))
    expect(output(body, 'probabilities')).toEqual({
      name: 'probabilities',
      datatype: 'FP32',
      shape: [3, 2],
      data: probabilities,
    })
    const logged = await served.send('GET', '/api/v1/endpoints/trips/predictions?until=2002-01-01T00:00:00.000Z')
    expect(logged.body.items.map(({ id }: { id: string }) => id).reverse()).toEqual(output(body, 'prediction_id')?.data)
    expect(logged.body.items[0].at).toBe(at)
  })

  it('takes nested data, columns of shape [n, 1], integers for floats, and null where the column is nullable', async () => {
    const flat = (await infer({ inputs: inputs() })).body
    const nested = inputs().map((one) => ({ ...one, shape: [3, 1], data: one.data.map((value) => [value]) }))
    expect(output((await infer({ inputs: nested })).body, 'probabilities')).toEqual(output(flat, 'probabilities'))
    const whole = rows.map((row) => ({ ...row, miles: 500, wind: null }))
    const tensors = [tensor('miles', 'INT64', whole), tensor('place', 'BYTES', whole), tensor('wind', 'FP32', whole)]
    expect((await infer({ inputs: tensors })).status).toBe(200)
  })

  it('gives the outputs that were asked for, in that order', async () => {
    const outputs = [{ name: 'prediction_id' }, { name: 'label' }]
    const { body } = await infer({ inputs: inputs(), outputs })
    expect(body.outputs.map(({ name }: { name: string }) => name)).toEqual(['prediction_id', 'label'])
  })

  it('answers under the version that serves, and no other', async () => {
    expect((await infer({ inputs: inputs() }, '/v2/models/trips/versions/1/infer')).status).toBe(200)
    for (const path of ['/v2/models/trips/versions/7', '/v2/models/trips/versions/7/ready', '/v2/models/nothing']) {
      const { status, body } = await served.send('GET', path)
      expect([status, typeof body.error]).toEqual([404, 'string'])
    }
    expect(await infer({ inputs: inputs() }, '/v2/models/trips/versions/7/infer')).toMatchObject({ status: 404 })
    expect(await infer({ inputs: inputs() }, '/v2/models/nothing/infer')).toMatchObject({ status: 404 })
  })

  const [miles, place, wind] = [tensor('miles', 'FP64'), tensor('place', 'BYTES'), tensor('wind', 'FP32')]
  it.each([
    ['no inputs', {}, 'Expected: "miles" (FP64), "place" (BYTES), "wind" (FP64)'],
    ['an unknown tensor', { inputs: [miles, place, wind, { ...wind, name: 'rain' }] }, 'There is no input "rain"'],
    ['a tensor twice', { inputs: [miles, miles] }, 'Input "miles" came twice'],
    ['a missing tensor', { inputs: [miles, wind] }, 'Input "place" (string) is missing'],
    ['another datatype', { inputs: [{ ...miles, datatype: 'BYTES' }] }, 'came as "BYTES"; expected FP64'],
    ['a shape that is none', { inputs: [{ ...miles, shape: [3, 2] }] }, 'has shape [3,2]; expected [n] or [n, 1]'],
    ['a negative shape', { inputs: [{ ...miles, shape: [-1] }] }, 'has shape [-1]; expected'],
    ['too few elements', { inputs: [{ ...miles, shape: [4] }] }, 'has shape [4] but 3 elements; expected 4'],
    ['another element', { inputs: [{ ...miles, data: [1, 'far', 3] }] }, 'holds "far"; expected FP64'],
    ['null where none may be', { inputs: [{ ...miles, data: [1, null, 3] }] }, 'The column is not nullable'],
    ['rows that differ', { inputs: [miles, tensor('place', 'BYTES', rows.slice(1))] }, 'has 2 rows, but "miles" has 3'],
    ['no data', { inputs: [{ ...miles, data: 7 }] }, 'has data 7; expected a list'],
    ['an id that is none', { id: 7, inputs: [miles, place, wind] }, '"id" must be text; it is 7'],
    ['an unknown output', { inputs: [miles, place, wind], outputs: [{ name: 'x' }] }, 'There is no output "x"'],
    ['no event time', { inputs: [miles, place, wind], parameters: { event_time: 5 } }, '5 is not an event time'],
    ['a list', [], 'The body must be an object with "inputs"'],
  ])('says what is wrong with %s', async (_, body, message) => {
    const { status, body: reply } = await infer(body)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(Object.keys(reply)).toEqual(['error'])
    expect(reply.error).toContain(message)
  })

  it('has its own form of error for what is not JSON', async () => {
    const response = await fetch(`${served.server.url}/v2/models/trips/infer`, {
      method: 'POST',
      body: '{"inputs": [NaN]}',
      headers: { 'content-type': 'application/json' },
    })
    expect([response.status, Object.keys((await response.json()) as object)]).toEqual([400, ['error']])
  })
})
