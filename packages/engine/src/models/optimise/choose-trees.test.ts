import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  createRng,
  decodeModel,
  encodeModel,
  floatColumn,
  getMetric,
  makeTable,
  type OnnxModel,
  type Outcome,
  outcomeOf,
  roundCount,
  stringColumn,
} from '@regia/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { type ChooseTreesOptions, chooseTrees } from './choose-trees.ts'

const REFERENCE = fileURLToPath(new URL('../../../../../tests/reference/optimise/', import.meta.url))
const read = (name: string): OnnxModel => decodeModel(readFileSync(`${REFERENCE}${name}.onnx`))
const FEATURES = 5
const ROWS = 1_500

async function ask(graph: Uint8Array, rows: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(graph, { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const result = await session.run({ [session.inputNames[0]!]: new Tensor('float32', rows, [ROWS, FEATURES]) })
  await session.release()
  return Object.values(result).find(({ type }) => type === 'float32')!.data as Float32Array
}

/** Rows of which the model is right, with noise: labels are drawn from what it says. */
async function options(model: OnnxModel, more: Partial<ChooseTreesOptions> = {}): Promise<ChooseTreesOptions> {
  const rng = createRng('choose')
  const rows = Float32Array.from({ length: ROWS * FEATURES }, () => Math.round(rng.normal() * 4) / 4)
  const said = await ask(encodeModel(model), rows)
  const isClassifier = said.length > ROWS
  const width = said.length / ROWS
  const classes = Array.from({ length: width }, (_, k) => String(k))
  const draw = (row: number): string => {
    const point = rng.next()
    const below = (k: number) => said.subarray(row * width, row * width + k + 1).reduce((sum, value) => sum + value, 0)
    return classes.find((_, k) => point < below(k)) ?? classes.at(-1)!
  }
  const truth = isClassifier
    ? stringColumn(Array.from({ length: ROWS }, (_, row) => draw(row)))
    : floatColumn(Array.from(said, (value) => value + rng.normal()))
  const table = makeTable({ y: truth })
  const answer = async (graph: Uint8Array): Promise<Outcome> => {
    const got = await ask(graph, rows)
    return outcomeOf(table, isClassifier ? { probabilities: got } : { values: got }, {
      target: 'y',
      ...(isClassifier && { classes }),
    })
  }
  const metric = getMetric(isClassifier ? (width === 2 ? 'auc' : 'logLoss') : 'rmse')
  return { answer, metric, allowedLoss: 0.02, rng: createRng('trees'), onProgress: () => undefined, ...more }
}

describe('chooseTrees', () => {
  it.each(['forest-two', 'forest-three', 'forest-value', 'extra-value'])(
    'keeps the fewest of %s, rescaled',
    async (name) => {
      const model = read(name)
      const chosen = await chooseTrees(model, await options(model, { allowedLoss: 0.05 }))
      expect(chosen).toMatchObject({ scaling: 'rescaled', keep: 'fewest' })
      expect(chosen.rounds).toBeLessThan(20)
      expect(roundCount(chosen.model)).toBe(chosen.rounds)
    },
  )

  it.each([
    'xgboost-two',
    'xgboost-three',
    'xgboost-value',
    'lightgbm-two',
    'lightgbm-three',
    'lightgbm-value',
    'boosted-two',
  ])('takes %s for a booster', async (name) => {
    const model = read(name)
    const chosen = await chooseTrees(model, await options(model))
    expect(chosen).toMatchObject({ scaling: 'as-is', keep: 'best' })
    // Rows that follow all of its trees are best answered by about all of them.
    expect(chosen.rounds).toBeGreaterThan(roundCount(model) / 2)
    expect(chosen.curve.at(-1)!.rounds).toBe(roundCount(model))
  })

  it('keeps fewer where more may be lost', async () => {
    const model = read('xgboost-two')
    const counts: number[] = []
    for (const allowedLoss of [0.001, 0.01, 0.1, 1]) {
      counts.push((await chooseTrees(model, await options(model, { allowedLoss, keep: 'fewest' }))).rounds)
    }
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    expect(counts[0]).toBeGreaterThan(counts[2]!)
    expect(counts[3]).toBe(1)
  })

  it('refuses a graph without trees', async () => {
    const forest = await options(read('forest-two'))
    await expect(chooseTrees(read('network'), forest)).rejects.toMatchObject({ code: 'MODEL_INVALID' })
  })
})
