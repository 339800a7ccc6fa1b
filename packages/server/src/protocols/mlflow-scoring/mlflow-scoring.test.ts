import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyTypeRows, packageEveryType } from '../../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../../test/serving/trips.ts'

const { rows } = tripRows(4, 'scoring')
const columns = ['miles', 'place', 'wind']
const data = rows.map((row) => columns.map((name) => row[name]))
let served: ServedTrips
let labels: boolean[]

beforeAll(async () => {
  served = await serveTrips()
  await served.register('trips', await packageTrips())
  await served.apply({ name: 'trips' })
  const { body } = await served.send('POST', '/api/v1/endpoints/trips/predict', { rows })
  labels = body.predictions.map(({ label }: { label: string }) => label === 'true')
})
afterAll(() => served.close())

async function post(path: string, body: string, type = 'application/json') {
  const response = await fetch(served.server.url + path, { method: 'POST', body, headers: { 'content-type': type } })
  return { status: response.status, body: JSON.parse(await response.text()) }
}
const PATH = '/api/v1/endpoints/trips/invocations'
const table = (name: string) => rows.map((row) => row[name])

describe('MLflow’s scoring protocol', () => {
  it.each([
    ['dataframe_split', { dataframe_split: { index: [0, 1, 2, 3], columns, data } }],
    [
      'columns in another order',
      { dataframe_split: { columns: [...columns].reverse(), data: data.map((row) => [...row].reverse()) } },
    ],
    ['dataframe_records', { dataframe_records: rows }],
    ['instances of rows', { instances: rows }],
    ['instances by place', { instances: data }],
    ['instances of columns', { instances: { miles: table('miles'), place: table('place'), wind: table('wind') } }],
    ['inputs of columns', { inputs: { miles: table('miles'), place: table('place'), wind: table('wind') } }],
    [
      'inputs of columns of shape [n, 1]',
      { inputs: { miles: table('miles').map((x) => [x]), place: table('place'), wind: table('wind') } },
    ],
    ['inputs by place', { inputs: data }],
    ['columns that the model does not know', { dataframe_records: rows.map((row) => ({ ...row, late: 1 })) }],
    ['empty params', { dataframe_records: rows, params: {} }],
  ])('takes %s', async (_, body) => {
    expect(await post(PATH, JSON.stringify(body))).toEqual({ status: 200, body: { predictions: labels } })
  })

  it('takes CSV, and columns in it that the model does not know', async () => {
    const csv = ['miles,place,late,wind', ...rows.map((row) => `${row.miles},${row.place},9,${row.wind ?? ''}`)].join(
      '\n',
    )
    expect(await post(PATH, csv, 'text/csv')).toEqual({ status: 200, body: { predictions: labels } })
  })

  it('takes NaN for a missing value, as Python writes it', async () => {
    const body = JSON.stringify({ dataframe_split: { columns, data: [[1, 'NaN "NaN', null]] } }).replace('null', 'NaN')
    expect(await post(PATH, body)).toMatchObject({ status: 200, body: { predictions: [expect.any(Boolean)] } })
    const missing = '{"dataframe_records": [{"miles": NaN, "place": "JFK", "wind": 1}]}'
    expect((await post(PATH, missing)).body.message).toContain('Input "miles" is null')
  })

  it('answers at the root for the only endpoint, and where MLflow’s client of deployments asks', async () => {
    for (const path of ['/invocations', '/endpoints/trips/invocations']) {
      expect(await post(path, JSON.stringify({ inputs: data }))).toMatchObject({ status: 200 })
    }
    for (const path of ['/ping', '/api/v1/endpoints/trips/ping']) {
      const response = await fetch(served.server.url + path)
      expect([response.status, await response.text()]).toEqual([200, '\n'])
    }
    expect((await fetch(`${served.server.url}/health`)).status).toBe(200)
    expect((await fetch(`${served.server.url}/version`)).status).toBe(200)
  })

  it.each([
    ['no form', {}, 'must have one of dataframe_split, dataframe_records, instances, inputs; it has nothing'],
    ['two forms', { inputs: data, instances: data }, 'it has instances and inputs'],
    ['a list', [], 'must be an object'],
    ['params', { inputs: data, params: { a: 1 } }, 'takes no "params"'],
    ['no rows', { inputs: [] }, '"inputs" has 0 rows'],
    ['rows of another width', { inputs: [[1]] }, 'Row 0 of "inputs" is 1 values; expected 3: miles, place, wind'],
    [
      'columns of other lengths',
      { inputs: { miles: [1, 2], place: ['x'] } },
      'Column "place" has 1 values, but "miles" has 2',
    ],
    ['a missing column', { dataframe_records: [{ miles: 1, wind: 1 }] }, 'Input "place" (string) is missing'],
    [
      'a wrong cell',
      { dataframe_records: [{ miles: 'far', place: 'x', wind: 1 }] },
      'Input "miles" must be a finite number; got string "far"',
    ],
    [
      'names that are none',
      { dataframe_split: { columns: [1], data: [[1]] } },
      '"dataframe_split.columns" must be a list of names',
    ],
    ['rows that are none', { dataframe_records: [1] }, 'Row 0 of "dataframe_records" must be an object'],
  ])('says what is wrong with %s', async (_, body, message) => {
    const reply = await post(PATH, JSON.stringify(body))
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.status).toBeLessThan(500)
    expect(reply.body).toEqual({ error_code: 'BAD_REQUEST', message: expect.stringContaining(message) })
  })

  it('refuses what is neither JSON nor CSV', async () => {
    expect(await post(PATH, 'x', 'application/vnd.apache.parquet')).toMatchObject({ status: 400 })
    expect(await post(PATH, '{')).toMatchObject({ status: 400, body: { error_code: 'BAD_REQUEST' } })
    expect(await post('/api/v1/endpoints/nothing/invocations', '{}')).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST' },
    })
  })

  it('gives the numbers of a regression, and asks which endpoint once there are two', async () => {
    await served.register('every', await packageEveryType())
    await served.apply({ name: 'every', stable: 'every@champion' })
    const records = everyTypeRows(3, 'scoring')
    const plain = await served.send('POST', '/api/v1/endpoints/every/predict', { rows: records })
    const { body } = await post('/api/v1/endpoints/every/invocations', JSON.stringify({ dataframe_records: records }))
    expect(body.predictions).toEqual(plain.body.predictions.map(({ score }: { score: number }) => score))
    expect(await post('/invocations', JSON.stringify({ inputs: data }))).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('there is: every, trips') },
    })
  })
})

it('answers at the root for the endpoint that was named', async () => {
  const named = await serveTrips({ invocations: 'late' })
  await named.register('trips', await packageTrips())
  await named.apply({ name: 'trips' })
  await named.apply({ name: 'late' })
  const response = await fetch(`${named.server.url}/invocations`, {
    method: 'POST',
    body: JSON.stringify({ inputs: data }),
    headers: { 'content-type': 'application/json' },
  })
  expect(await response.json()).toEqual({ predictions: labels })
  await named.close()
})
