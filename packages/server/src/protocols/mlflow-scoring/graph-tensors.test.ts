import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphRows, graphTensors, packageGraph } from '../../../test/serving/graph-tensors.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'

const { rows, regressor } = graphTensors
let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips()
  await served.register('value', await packageGraph('regressor'))
  await served.apply({ name: 'value', stable: 'value@champion' })
})
afterAll(() => served.close())

const ask = (body: object) => served.send('POST', '/api/v1/endpoints/value/invocations', body)

describe('MLflow’s scoring protocol of a model of one tensor', () => {
  it.each([
    ['inputs: a matrix', { inputs: rows }],
    ['inputs: the tensor by its name', { inputs: { X: rows } }],
    ['instances: a matrix', { instances: rows }],
    ['instances: rows of the tensor', { instances: rows.map((row) => ({ X: row })) }],
    ['a table of its columns', { dataframe_records: graphRows() }],
  ])('takes %s', async (_, body) => {
    const { status, body: reply } = await ask(body)
    expect(status).toBe(200)
    const wanted = regressor.variable.flat()
    expect(reply.predictions).toHaveLength(wanted.length)
    for (const [i, value] of wanted.entries()) expect(Math.abs(reply.predictions[i] - value)).toBeLessThan(1e-6)
  })

  it.each([
    ['a row too short', { inputs: { X: [rows[0], [1, 2]] } }, '"X" is 2 values in inputs[1]; expected 20: f0, f1'],
    ['no rows', { inputs: { X: [1, 2] } }, '"X" is no list in inputs[0]; expected 20'],
    ['a column twice', { instances: [{ X: rows[0], f3: 1 }] }, 'Column "f3" came by itself and in "X"'],
  ])('refuses %s', async (_, body, message) => {
    const { status, body: reply } = await ask(body)
    expect(status).toBe(400)
    expect(reply.message).toContain(message)
  })
})
