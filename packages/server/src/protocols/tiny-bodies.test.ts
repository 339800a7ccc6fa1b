import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawHttp } from '../../test/raw-http.ts'
import { everyTypeRows, packageEveryType } from '../../test/serving/every-type.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'

const NAME = 'every'
const [row = {}] = everyTypeRows(1, 'tiny')
let served: ServedTrips
beforeAll(async () => {
  served = await serveTrips()
  await served.register(NAME, await packageEveryType())
  await served.apply({ name: NAME, stable: `${NAME}@champion` })
})
afterAll(() => served.close())

const json = { 'content-type': 'application/json' }
const WAYS: readonly (readonly [string, string, Record<string, string>])[] = [
  ['plain JSON', `/api/v1/endpoints/${NAME}/predict`, json],
  ['plain JSON that does not say so', `/api/v1/endpoints/${NAME}/predict`, {}],
  ['CSV', `/api/v1/endpoints/${NAME}/predict`, { 'content-type': 'text/csv' }],
  ['V2 in JSON', `/v2/models/${NAME}/infer`, json],
  ['V2 with binary tensors', `/v2/models/${NAME}/infer`, { 'inference-header-content-length': '1' }],
  ['MLflow’s scoring', `/api/v1/endpoints/${NAME}/invocations`, json],
  ['MLflow’s scoring of CSV', '/invocations', { 'content-type': 'text/csv' }],
]
const BODIES = ['', ' ', '\0', '{', '[]', '{}', 'null', '0', '""', '\n', '\r\n\r\n', '\ufeff']

describe.each(WAYS)('a body of next to nothing, as %s', (_, path, headers) => {
  it.each(BODIES.map((body) => [JSON.stringify(body), body]))('%s is refused in words', async (_name, body) => {
    const { status, text } = await rawHttp(served.server.url, 'POST', path, { body, headers })
    expect([status, text]).toEqual([expect.toSatisfy((code: number) => code >= 400 && code < 500), expect.any(String)])
    expect(text).toMatch(/"(?:error|message)":/)
    expect(text).not.toContain('INTERNAL')
  })
})

describe('a whole number beyond 2^53 where a whole number is expected', () => {
  const BIG = '9007199254740993'
  const cells = Object.entries({ ...row, count: BIG })
  const object = JSON.stringify({ ...row, count: 0 }).replace('"count":0', `"count":${BIG}`)
  const csv = `${cells.map(([name]) => name).join(',')}\n${cells.map(([, cell]) => cell ?? '').join(',')}\n`

  it.each<[string, string, Record<string, string>, string]>([
    ['plain JSON', `/api/v1/endpoints/${NAME}/predict`, json, `{"rows":[${object}]}`],
    ['CSV', `/api/v1/endpoints/${NAME}/predict`, { 'content-type': 'text/csv' }, csv],
    ['MLflow’s scoring', '/invocations', json, `{"dataframe_records":[${object}]}`],
    ['MLflow’s scoring of CSV', '/invocations', { 'content-type': 'text/csv' }, csv],
  ])('is refused as %s, never rounded', async (_, path, headers, body) => {
    const { status, text } = await rawHttp(served.server.url, 'POST', path, { body, headers })
    expect([status, text]).toEqual([422, expect.stringMatching(/count.*(2\^53|9007199254740993)/)])
  })
})

it('leaves the requests that come after untouched', async () => {
  const { status } = await served.send('POST', `/api/v1/endpoints/${NAME}/predict`, { rows: [row] })
  expect(status).toBe(200)
})
