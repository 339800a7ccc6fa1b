import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  averagesTrees,
  decodeModel,
  encodeModel,
  keepTrees,
  mayNeedRescaling,
  type OnnxModel,
  quantiseDense,
  roundCount,
  simplifyTrees,
  sizeOfEnsembles,
  type TreeScaling,
  treeEnsembles,
} from '@regia/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'

/** What libraries of Python say, with the versions that said it. */
const REFERENCE = fileURLToPath(new URL('../../../../../tests/reference/optimise/', import.meta.url))
type Answers = readonly (readonly number[])[]
const expected: {
  readonly rows: Answers
  readonly models: Record<
    string,
    { readonly kind: string; readonly rounds: number; readonly answers: Record<string, Answers> }
  >
  readonly network: { readonly float32: Answers; readonly int8: Answers; readonly int7: Answers }
} = JSON.parse(readFileSync(`${REFERENCE}expected.json`, 'utf8'))

const read = (name: string): OnnxModel => decodeModel(readFileSync(`${REFERENCE}${name}.onnx`))

/** Answers of onnxruntime: of the output with floats, row by row. */
async function ask(model: OnnxModel, rows: Answers): Promise<Answers> {
  const session = await InferenceSession.create(encodeModel(model), { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const width = rows[0]!.length
  const input = new Tensor('float32', Float32Array.from(rows.flat()), [rows.length, width])
  const result = await session.run({ [session.inputNames[0]!]: input })
  const values = Object.values(result).find(({ type }) => type === 'float32')!.data as Float32Array
  await session.release()
  const size = values.length / rows.length
  return rows.map((_, row) => [...values.subarray(row * size, (row + 1) * size)])
}

async function askSingly(model: OnnxModel, rows: Answers): Promise<Answers> {
  const answers: (readonly number[])[] = []
  for (const row of rows) answers.push(...(await ask(model, [row])))
  return answers
}

const largest = (one: Answers, other: Answers): number =>
  Math.max(...one.flatMap((row, i) => row.map((value, k) => Math.abs(value - other[i]![k]!))))

/** Forests whose leaves skl2onnx has divided by the number of trees. */
const DIVIDED = new Set(['forest-two', 'forest-three', 'forest-value', 'extra-value'])
const scalingOf = (name: string): TreeScaling => (DIVIDED.has(name) ? 'rescaled' : 'as-is')
/** Rows with values that are missing, infinite, and far out. */
const ODD: Answers = [
  [Number.NaN, 0, 0, 0, 0],
  [0, Number.NaN, Number.NaN, 1, -1],
  [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0],
  [1e30, -1e30, 3, -3, 0.125],
]

describe.each(Object.entries(expected.models))('%s', (name, { rounds, answers }) => {
  const model = read(name)

  it('has the rounds that the library grew', () => {
    expect(roundCount(model)).toBe(rounds)
  })

  it.each(Object.keys(answers).map(Number))('says with %i rounds what the library says', async (count) => {
    const kept = keepTrees(model, count, scalingOf(name))
    expect(kept).toBeDefined()
    expect(largest(await ask(kept!, expected.rows), answers[count]!)).toBeLessThan(2e-6 * Math.max(1, count))
    const { trees } = sizeOfEnsembles(treeEnsembles(kept!.graph))
    expect(trees % count).toBe(0)
  })

  it('answers bit by bit alike with all trees, and without what changes nothing', async () => {
    const rows = [...expected.rows, ...ODD]
    const before = await ask(model, rows)
    const whole = keepTrees(model, rounds, scalingOf(name))!
    expect(await ask(whole, rows)).toEqual(before)
    expect(encodeModel(whole)).toEqual(encodeModel(model))
    expect(await ask(simplifyTrees(model), rows)).toEqual(before)
  })
})

describe('how trees are added up', () => {
  it('cannot be told from a sum where nothing comes after it', () => {
    const doubtful = Object.keys(expected.models).filter((name) => mayNeedRescaling(read(name)))
    expect(doubtful).toEqual(expect.arrayContaining([...DIVIDED]))
    expect(doubtful).not.toContain('xgboost-two')
    expect(Object.keys(expected.models).filter((name) => averagesTrees(read(name)))).toEqual([])
  })
})

describe('a network of PyTorch in int8', () => {
  const network = read('network')

  it('answers as what quantize_dynamic makes of it', async () => {
    const full = quantiseDense(network, { scalePer: 'batch', isRangeReduced: false, minWeights: 0 })
    const reduced = quantiseDense(network, { scalePer: 'batch', minWeights: 0 })
    expect(largest(await askSingly(full.model, expected.rows), expected.network.int8)).toBeLessThan(1e-6)
    expect(largest(await askSingly(reduced.model, expected.rows), expected.network.int7)).toBeLessThan(1e-6)
    expect(full.layers.map(({ weightCount }) => weightCount)).toEqual([5 * 72, 72 * 64, 64 * 3])
  })

  it('has the very weights of quantize_dynamic', () => {
    const ours = quantiseDense(network, { isRangeReduced: false, minWeights: 0 }).model.graph.initializers
    const theirs = read('network-int8').graph.initializers
    const bytes = (tensors: typeof ours) => tensors.filter(({ elementType }) => elementType === 'int8')
    const matrices = (tensors: typeof ours) => bytes(tensors).filter(({ dims }) => dims.length === 2)
    expect(matrices(ours).map(({ data }) => [...data])).toEqual(matrices(theirs).map(({ data }) => [...data]))
  })

  it('is as near to float32 with a scale per row as with one per batch, and does not see its neighbours', async () => {
    const perRow = quantiseDense(network, { minWeights: 0 }).model
    const float32 = expected.network.float32
    const spread = Math.max(...float32.flat()) - Math.min(...float32.flat())
    const singly = await askSingly(perRow, expected.rows)
    expect(largest(singly, float32) / spread).toBeLessThan(0.02)
    expect(largest(expected.network.int7, float32) / spread).toBeLessThan(0.02)
    expect(await ask(perRow, expected.rows)).toEqual(singly)
    const perBatch = quantiseDense(network, { scalePer: 'batch', minWeights: 0 }).model
    expect(largest(await ask(perBatch, expected.rows), await askSingly(perBatch, expected.rows))).toBeGreaterThan(1e-3)
  })

  it('leaves small layers alone', () => {
    const { layers } = quantiseDense(network)
    expect(layers.map(({ skipped }) => skipped === undefined)).toEqual([false, true, false])
    expect(() => quantiseDense(network, { minWeights: 1e6 })).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    )
    expect(() => quantiseDense({ ...network, opsets: { '': 9 } })).toThrow(/operator set 9/)
  })
})
