import { afterAll, beforeAll, expect, it } from 'vitest'
import { graphTensors, packageGraph } from '../../test/serving/graph-tensors.ts'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'

const { rows, zipped, regressor } = graphTensors
/** A server that answers for a model takes no nulls of ours. */
const whole = rows.flatMap((row, i) => (row.includes(null) ? [] : [i]))
let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips()
})
afterAll(() => served.close())

it.each([
  ['zipped', zipped.output_probability.map((row) => row[1] ?? Number.NaN)],
  ['regressor', regressor.variable.flat()],
] as const)('a server asks another for the one tensor of its graph: %s', async (name, wanted) => {
  await served.register(name, await packageGraph(name))
  await served.apply({ name, stable: `${name}@champion` })
  const far = `far-${name}`
  const imported = await served.send('POST', `/api/v1/models/${far}/import`, {
    upstream: { url: served.server.url, model: name },
  })
  expect(imported.status).toBe(200)
  await served.apply({ name: far, stable: `${far}@champion` })
  expect(whole.length).toBeGreaterThan(0)
  const { status, body } = await served.send('POST', `/api/v1/endpoints/${far}/predict`, {
    rows: whole.map((i) => Object.fromEntries((rows[i] ?? []).map((cell, place) => [`X_${place}`, cell]))),
  })
  expect(status).toBe(200)
  for (const [i, row] of whole.entries()) {
    const { score, prediction } = body.predictions[i]
    expect(Math.abs((score ?? prediction) - (wanted[row] ?? Number.NaN))).toBeLessThan(1e-6)
  }
})
