import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { packageTrips, tripRows } from '../../test/serving/trips.ts'

const { rows } = tripRows(5, 'csv')
let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips()
  await served.register('trips', await packageTrips())
  await served.apply({ name: 'trips' })
})
afterAll(() => served.close())

const CSV = ['miles,place,wind', ...rows.map(({ miles, place, wind }) => `${miles},${place},${wind ?? ''}`)].join('\n')

/** Chunked takes the long way, the other the short one. */
async function post(body: string, headers: Record<string, string>, isChunked = false) {
  const sent = isChunked ? new Blob([body]).stream() : body
  const init: RequestInit & { duplex?: 'half' } = {
    method: 'POST',
    body: sent,
    headers,
    ...(isChunked && { duplex: 'half' }),
  }
  const response = await fetch(`${served.server.url}/api/v1/endpoints/trips/predict`, init)
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

describe.each([false, true])('CSV at the plain route, chunked: %s', (isChunked) => {
  it('answers as it does to rows in JSON', async () => {
    const plain = (await served.send('POST', '/api/v1/endpoints/trips/predict', { rows })).body.predictions
    const reply = await post(CSV, { 'content-type': 'text/csv' }, isChunked)
    expect(reply).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' })
    const scores = (of: { score: number }[]) => of.map(({ score }) => score)
    expect(scores(JSON.parse(reply.text).predictions)).toEqual(scores(plain))
  })

  it('answers in CSV where that is asked for', async () => {
    const plain = (await served.send('POST', '/api/v1/endpoints/trips/predict', { rows })).body.predictions
    const headers = { 'content-type': 'text/csv; charset=utf-8', accept: 'text/csv' }
    const reply = await post(CSV, headers, isChunked)
    expect(reply).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' })
    const [header, ...lines] = reply.text.trimEnd().split('\n')
    expect(header).toBe('id,label,score,probability_false,probability_true')
    expect(lines.map((line) => line.split(',').slice(1))).toEqual(
      plain.map(({ label, score, probabilities }: { label: string; score: number; probabilities: object }) =>
        [label, score, ...Object.values(probabilities)].map(String),
      ),
    )
  })

  it('takes an event time beside the rows', async () => {
    const at = '2001-05-02T08:00:00.000Z'
    const { text } = await post(CSV, { 'content-type': 'text/csv', 'x-event-time': at }, isChunked)
    const { id } = JSON.parse(text).predictions[0]
    const logged = await served.send('GET', '/api/v1/endpoints/trips/predictions?until=2002-01-01T00:00:00.000Z')
    expect(logged.body.items.find((one: { id: string }) => one.id === id).at).toBe(at)
  })

  it('names row and column of what is wrong', async () => {
    const { status, text } = await post('miles,place,wind\n1,JFK,\nfar,JFK,', { 'content-type': 'text/csv' }, isChunked)
    expect(status).toBe(422)
    expect(JSON.parse(text).error).toMatchObject({
      code: 'COLUMN_TYPE',
      message: 'Column "miles" of row 2 is "far"; it must be a number.',
      where: 'row 2 (line 3), column "miles"',
    })
  })
})

it('answers rows in JSON as CSV', async () => {
  const headers = { 'content-type': 'application/json', accept: 'text/csv, application/json;q=0.5' }
  const { text } = await post(JSON.stringify({ rows }), headers)
  expect(text.split('\n')).toHaveLength(7)
})
