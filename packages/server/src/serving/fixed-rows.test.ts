import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedTrips, serveTrips } from '../../test/serving/served-trips.ts'
import { whyApart } from './gateway/lanes/choose-lane.ts'

/** Networks that PyTorch exported for one row and for four, and what onnxruntime in Python says of eleven. */
const FILES = fileURLToPath(new URL('../../../../tests/reference/fixed-rows/', import.meta.url))
type Expected = { readonly inputs: { readonly steps: number[][] }; readonly answers: number[][] }
const expected: Record<string, Expected> = JSON.parse(readFileSync(join(FILES, 'expected.json'), 'utf8'))
const classes = ['a', 'b', 'c']
let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips()
})
afterAll(() => served.close())

async function importFile(name: string): Promise<void> {
  const sent = await fetch(`${served.server.url}/api/v1/blobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(readFileSync(join(FILES, `${name}.onnx`))),
  })
  const { digest } = (await sent.json()) as { digest: string }
  const { status } = await served.send('POST', `/api/v1/models/${name}/import`, {
    files: { [`${name}.onnx`]: digest },
    signature: { classes },
  })
  expect(status).toBe(200)
}

const rowOf = (steps: readonly number[]): Row => Object.fromEntries(steps.map((step, i) => [`f${i}`, step]))

describe.each(['gru-1', 'gru-4'])('a graph for a fixed number of rows, %s', (model) => {
  const { inputs, answers } = expected[model]!
  const rows = inputs.steps.map(rowOf)
  const probabilitiesOf = (body: { predictions: { probabilities: Record<string, number> }[] }) =>
    body.predictions.map(({ probabilities }) => classes.map((name) => probabilities[name] ?? Number.NaN))
  const expectClose = (got: readonly (readonly number[])[], from = 0) => {
    for (const [i, row] of got.entries()) {
      for (const [k, value] of row.entries()) expect(Math.abs(value - answers[from + i]![k]!)).toBeLessThan(1e-5)
    }
  }
  beforeAll(() => importFile(model))

  it.each(['inline', 'worker', 'auto'] as const)('is asked one by one, at once and together: lane %s', async (lane) => {
    const name = `${model}-${lane}`
    await served.apply({
      name,
      stable: `${model}@champion`,
      limits: { lane, maxQueueRows: 4096, deadlineMs: 30_000, maxBatchRows: 512 },
    })
    const ask = async (some: readonly Row[]) => {
      const { status, body } = await served.send('POST', `/api/v1/endpoints/${name}/predict`, { rows: some })
      expect(status).toBe(200)
      return probabilitiesOf(body)
    }
    const singly = await Promise.all(rows.map((row) => ask([row])))
    for (const [i, one] of singly.entries()) expectClose(one, i)
    for (const count of [1, 3, 4, 5, 11]) expectClose(await ask(rows.slice(0, count)))
    const { body } = await served.send('GET', `/api/v1/endpoints/${name}`)
    expect(body.deployments[0].batching).toMatch(/^(on|off: the graph takes one row)$/)
  })

  it('is asked by the tensor that it had, with as many rows as one likes', async () => {
    await served.apply({ name: `${model}-v2`, stable: `${model}@champion` })
    const { status, body } = await served.send('POST', `/v2/models/${model}-v2/infer`, {
      inputs: [{ name: 'steps', datatype: 'FP32', shape: [11, 12], data: inputs.steps.flat() }],
    })
    expect(status).toBe(200)
    const output = body.outputs.find(({ name }: { name: string }) => name === 'probabilities')
    expect(output.shape).toEqual([11, 3])
    expectClose(answers.map((_, i) => output.data.slice(i * 3, i * 3 + 3)))
  })
})

describe('whyApart', () => {
  const times = (oneMs: number, manyMs: number) => ({
    one: { p50Ms: oneMs, p99Ms: oneMs },
    many: { rowCount: 64, p50Ms: manyMs, p99Ms: manyMs },
  })

  it('joins no rows of a graph that takes one where that gains nothing, and those of a small one', () => {
    expect(whyApart({ rowsAtOnce: 1 }, times(5, 315))).toBe('the graph takes one row')
    expect(whyApart({ rowsAtOnce: 1 }, times(0.02, 0.2))).toBeUndefined()
    expect(whyApart({ rowsAtOnce: 4 }, times(5, 315))).toBeUndefined()
    expect(whyApart({}, times(5, 315))).toBeUndefined()
  })
})
