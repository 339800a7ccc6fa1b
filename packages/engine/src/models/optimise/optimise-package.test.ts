import {
  createRng,
  floatColumn,
  gradientBoosting,
  makeTable,
  optimiseModelSchema,
  passthrough,
  programSignatureSchema,
  stringColumn,
  type Table,
  tabularModel,
  withColumn,
} from '@regia/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { inputName, mlpGraph, mlpRows } from '../../../../../tests/fixtures/models/mlp.ts'
import { packageOnnx } from '../foreign/package-onnx.ts'
import { type OpenedPackage, readModelPackage } from '../model-package.ts'
import { openModel } from '../open-model.ts'
import { writeModelPackage } from '../write-model-package.ts'
import { type OptimisePackageOptions, optimisePackage } from './optimise-package.ts'

type Rules = Parameters<typeof optimiseModelSchema.parse>[0]

/** A network as a package, and rows whose labels follow it with some noise. */
async function network(sizes: readonly number[], rowCount: number): Promise<{ opened: OpenedPackage; heldOut: Table }> {
  const table = mlpRows(sizes[0]!, rowCount)
  const signature = programSignatureSchema.parse({
    target: 'y',
    task: 'binary',
    classes: ['no', 'yes'],
    columns: Array.from({ length: sizes[0]! }, (_, i) => inputName(i)),
  })
  const opened = readModelPackage(await packageOnnx({ onnx: mlpGraph({ sizes }), signature, reference: table }))
  const model = await openModel(opened)
  const { scores } = await model.predictTable(table)
  await model.close()
  const rng = createRng('labels')
  const labels = Array.from(scores, (score) => (rng.next() < score ? 'yes' : 'no'))
  return { opened, heldOut: withColumn(table, 'y', stringColumn(labels)) }
}

const optimise = (opened: OpenedPackage, heldOut: Table, rules: Rules, more: Partial<OptimisePackageOptions> = {}) => {
  const { data: _, alias: __, ...parsed } = optimiseModelSchema.parse(rules)
  return optimisePackage(opened, { rules: parsed, heldOut, source: 'made up', rng: createRng('optimise'), ...more })
}

describe('optimising a network', () => {
  let large: { opened: OpenedPackage; heldOut: Table }
  beforeAll(async () => {
    large = await network([64, 512, 512, 1], 2_000)
  })

  it('quarters a large one with int8, and loses next to nothing', async () => {
    const seen: string[] = []
    const onProgress = (fraction: number, message: string) => seen.push(`${fraction <= 1} ${message}`)
    const { report, bytes } = await optimise(large.opened, large.heldOut, { by: 'int8', maxCost: 9 }, { onProgress })
    expect(report.conditions.filter(({ passed }) => !passed)).toEqual([])
    expect(report.pays).toBe(true)
    expect(report.size.after / report.size.before).toBeLessThan(0.28)
    expect(report.layers).toEqual({ changed: 2, kept: 1 })
    expect(report.score).toMatchObject({ metric: 'auc', direction: 'higher', allowedLoss: 0.005 })
    expect(Math.abs(report.score.advantage.value)).toBeLessThan(0.003)
    expect(report.score.after - report.score.before).toBeCloseTo(report.score.advantage.value, 10)
    expect(report.output.maxDifference).toBeGreaterThan(0)
    // Of the 7 bits of a weight; over two layers of a network with sharp answers.
    expect(report.output.maxDifference).toBeLessThan(0.1)
    expect(report.output.meanDifference).toBeLessThan(0.02)
    expect(report.latency.map(({ batch }) => batch)).toEqual([1, 32])
    expect(seen).toContain('true timing both at 32 rows')

    const made = readModelPackage(bytes!)
    expect(made.manifest.notes).toEqual(['Weights of 2 dense layers in int8.'])
    expect(made.manifest.parity.maxError).toBe(report.output.maxDifference)
    const model = await openModel(made)
    expect(await model.selfTest()).toEqual({ maxError: 0, rowCount: 5 })
    await model.close()
  })

  it('halves it with float16, where answers take as long', async () => {
    const { report } = await optimise(large.opened, large.heldOut, { by: 'float16', maxCost: 9 })
    expect(report.pays).toBe(true)
    expect(report.size.after / report.size.before).toBeLessThan(0.52)
    expect(report.output.maxDifference).toBeLessThan(2e-3)
  })

  it('gives equal bytes for equal models', async () => {
    const made = [1, 2].map(() => optimise(large.opened, large.heldOut, { by: 'float16', maxCost: 9 }))
    const [one, other] = await Promise.all(made)
    expect(Buffer.compare(one!.bytes!, other!.bytes!)).toBe(0)
  })

  it('refuses what makes a small one slower', async () => {
    const { opened, heldOut } = await network([8, 64, 64, 1], 400)
    const { report, bytes } = await optimise(opened, heldOut, { by: 'int8', maxLoss: 1, maxCost: 0.02 })
    expect(bytes).toBeUndefined()
    expect(report.pays).toBe(false)
    const failed = report.conditions.filter(({ passed }) => !passed)
    expect(failed.map(({ name }) => name)).toEqual(['latency'])
    expect(failed[0]!.message).toMatch(/latency \+\d+ % \[.*at 1 row.*; it may rise by 2 %/)
  })

  it('refuses what loses more of the score than may be', async () => {
    const { report, bytes } = await optimise(large.opened, large.heldOut, { by: 'int8', maxLoss: 0, maxCost: 9 })
    expect(bytes).toBeUndefined()
    expect(report.conditions.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(['score'])
  })

  it('refuses what gains too little', async () => {
    const { report } = await optimise(large.opened, large.heldOut, { by: 'float16', minGain: 0.9, maxCost: 9 })
    expect(report.conditions.find(({ name }) => name === 'gain')).toMatchObject({ passed: false })
  })

  it('says what it cannot do', async () => {
    const { opened, heldOut } = large
    await expect(optimise(opened, heldOut, { by: 'prune' })).rejects.toMatchObject({ code: 'MODEL_INVALID' })
    await expect(optimise(opened, heldOut, { by: 'int8', metric: 'rmse' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    await expect(optimise(opened, mlpRows(64, 100), { by: 'int8' })).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    const few = (await network([64, 4, 1], 40)).heldOut
    await expect(optimise(opened, few, { by: 'int8' })).rejects.toMatchObject({ code: 'DATA_EMPTY' })
    const ofOneClass = withColumn(heldOut, 'y', stringColumn(Array.from({ length: 2_000 }, () => 'no')))
    await expect(optimise(opened, ofOneClass, { by: 'int8' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('pruning a booster', () => {
  it('drops the trees that learned noise', async () => {
    const rows = (count: number, seed: string) => {
      const rng = createRng(seed)
      const x = Array.from({ length: count }, () => rng.next())
      const noise = Array.from({ length: count }, () => rng.next())
      // One step explains all that can be explained: a few rounds find it, the others learn noise.
      const y = x.map((value) => (rng.next() < (value > 0.5 ? 0.7 : 0.3) ? 'yes' : 'no'))
      return makeTable({ x: floatColumn(x), noise: floatColumn(noise), y: stringColumn(y) })
    }
    const train = rows(400, 'train')
    const learner = gradientBoosting({ trees: 300, leaves: 16, learningRate: 0.2, minRowsPerLeaf: 2 })
    const fitted = tabularModel({ transforms: [passthrough(['x', 'noise'])], learner }).fit(train, { target: 'y' })
    const opened = readModelPackage((await writeModelPackage({ fitted, train })).bytes)
    const { report, bytes } = await optimise(opened, rows(4_000, 'held out'), { by: 'prune', metric: 'logLoss' })
    expect(report.pays).toBe(true)
    expect(report.trees).toMatchObject({ before: 300, keep: 'best', scaling: 'as-is' })
    expect(report.trees!.after).toBeLessThan(20)
    expect(report.score.advantage.interval!.lower).toBeGreaterThan(0.1)
    const losses = report.trees!.curve.map(({ loss }) => loss)
    expect(report.trees!.curve.at(-1)!.rounds).toBe(300)
    expect(Math.min(...losses)).toBe(report.trees!.curve.find(({ rounds }) => rounds === report.trees!.after)!.loss)
    expect(report.rows).toMatchObject({ judged: 2_000, chosen: 2_000 })
    expect(readModelPackage(bytes!).readTraining()).toBeUndefined()
  })
})
