import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphRows, graphTensors, packageGraph } from '../../../test/serving/graph-tensors.ts'
import { type ServedTrips, serveTrips } from '../../../test/serving/served-trips.ts'
import { binaryRequest, readAnswer } from './testing/binary-request.ts'

const { rows, classifier, zipped, regressor } = graphTensors
const count = rows.length
let served: ServedTrips

beforeAll(async () => {
  served = await serveTrips()
  for (const name of ['classifier', 'zipped', 'regressor'] as const) {
    await served.register(name, await packageGraph(name))
    await served.apply({ name, stable: `${name}@champion` })
  }
})
afterAll(() => served.close())

const whole = (data: unknown = rows, shape: readonly number[] = [count, 20], datatype = 'FP32') => ({
  ...{ name: 'X', datatype, shape, data },
})
const column = (place: number) => ({
  ...{ name: `f${place}`, datatype: 'FP64', shape: [count] },
  data: rows.map((row) => row[place]),
})
const columns = Array.from({ length: 20 }, (_, i) => column(i))
const infer = (model: string, body: object) => served.send('POST', `/v2/models/${model}/infer`, body)

type Told = { readonly name: string; readonly datatype: string; readonly shape: number[]; readonly data: number[] }
async function outputsFor(model: string, body: object): Promise<readonly Told[]> {
  const { status, body: reply } = await infer(model, body)
  expect(reply.error).toBeUndefined()
  expect(status).toBe(200)
  return reply.outputs
}

function expectClose(got: readonly number[] | undefined, wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length)
  for (const [i, value] of wanted.entries()) expect(Math.abs((got?.[i] ?? Number.NaN) - value)).toBeLessThan(1e-6)
}

const changed = (row: number, place: number, value: unknown) =>
  rows.map((cells, i) => (i === row ? cells.map((cell, k) => (k === place ? value : cell)) : cells))

describe('a model that was asked elsewhere by the tensors of its graph', () => {
  it.each(['classifier', 'zipped', 'regressor'])('is described as its graph was: %s', async (name) => {
    const { body } = await served.send('GET', `/v2/models/${name}`)
    const { body: config } = await served.send('GET', `/v2/models/${name}/config`)
    const { inputs, outputs } = body
    expect({ inputs, outputs }).toMatchSnapshot()
    expect({ input: config.input, output: config.output }).toMatchSnapshot()
  })

  it('answers its one tensor as onnxruntime does, flat or nested, under its names', async () => {
    for (const data of [rows, rows.flat()]) {
      const [label, probabilities, id] = await outputsFor('classifier', { inputs: [whole(data)] })
      expect(label).toEqual({ name: 'label', datatype: 'INT64', shape: [count], data: classifier.label })
      expect(probabilities).toMatchObject({ name: 'probabilities', shape: [count, 2] })
      expectClose(probabilities?.data, classifier.probabilities.flat())
      expect(id?.name).toBe('prediction_id')
    }
    const [value] = await outputsFor('regressor', { inputs: [whole(rows, [count, 20], 'FP64')] })
    expect(value).toMatchObject({ name: 'variable', shape: [count, 1] })
    expectClose(value?.data, regressor.variable.flat())
  })

  it('answers one tensor a column alike, and plain rows', async () => {
    const [, probabilities] = await outputsFor('classifier', { inputs: columns })
    expectClose(probabilities?.data, classifier.probabilities.flat())
    const plain = await served.send('POST', '/api/v1/endpoints/classifier/predict', { rows: graphRows() })
    expect(plain.body.predictions.map(({ label }: { label: string }) => Number(label))).toEqual(classifier.label)
  })

  it('gives outputs by the names of the graph and by ours', async () => {
    const outputs = [{ name: 'output_probability' }, { name: 'label' }, { name: 'output_label' }]
    const [theirs, ours, label] = await outputsFor('zipped', { inputs: [whole()], outputs })
    expect([theirs?.name, ours?.name, label?.name]).toEqual(['output_probability', 'label', 'output_label'])
    expectClose(theirs?.data, zipped.output_probability.flat())
    expect(label?.data).toEqual(zipped.output_label)
    expect(ours).toMatchObject({ datatype: 'BYTES', data: zipped.output_label.map(String) })
    const [score] = await outputsFor('regressor', { inputs: [whole()], outputs: [{ name: 'score' }] })
    expect(score).toMatchObject({ name: 'score', shape: [count] })
  })

  it('takes binary and raw tensors, NaN for what is missing', async () => {
    const numbers = Float32Array.from(rows.flat(), (value) => value ?? Number.NaN)
    const bytes = Buffer.from(numbers.buffer)
    const url = `${served.server.url}/v2/models/classifier/infer`
    const packed = binaryRequest([{ name: 'X', datatype: 'FP32', shape: [count, 20], bytes }])
    const raw = { body: bytes, headers: { 'inference-header-content-length': '0' } }
    for (const { body, headers } of [packed, raw]) {
      const { status, tensors } = await readAnswer(await fetch(url, { method: 'POST', body, headers }))
      expect(status).toBe(200)
      const { label, probabilities } = tensors
      expect([...new BigInt64Array(aligned(label))].map(Number)).toEqual(classifier.label)
      expectClose([...new Float32Array(aligned(probabilities))], classifier.probabilities.flat())
    }
  })

  const short = rows.map((row) => row.slice(1))
  it.each([
    ['both at once', [whole(), columns[3]], '"X" is a tensor of several columns and "f3" a column by itself'],
    ['both the other way round', [columns[3], whole()], 'came together. (inputs[1]) Send the tensors as the metadata'],
    ['a narrower shape', [whole(short, [count, 19])], 'has shape [6,19]; expected [n, 20]'],
    ['one dimension', [whole(rows.flat(), [count * 20])], 'has shape [120]; expected [n, 20]'],
    ['too few elements', [whole(rows.slice(1))], 'has shape [6,20] but 100 elements; expected 120'],
    ['text in a cell', [whole(changed(2, 7, 'far'))], 'holds "far" in row 2, column 7 ("f7"); expected FP32.'],
    ['null where none may be', [whole(changed(4, 0, null))], 'in row 4, column 0 ("f0")'],
    ['another datatype', [whole(rows, [count, 20], 'BYTES')], 'came as "BYTES"; expected FP32'],
    ['an unknown tensor', [{ ...whole(), name: 'Y' }], 'There is no input "Y". Expected: "X" (FP32 [n, 20]).'],
    ['the tensor twice', [whole(), whole()], 'Input "X" came twice'],
  ])('says what is wrong with %s', async (_, inputs, message) => {
    const { status, body } = await infer('classifier', { inputs })
    expect(status).toBe(400)
    expect(body.error).toContain(message)
  })
})

const aligned = (bytes: Uint8Array | undefined): ArrayBuffer => Uint8Array.from(bytes ?? []).buffer
