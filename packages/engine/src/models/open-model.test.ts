import {
  type FittedTabularModel,
  floatColumn,
  makeTable,
  passthrough,
  type Signature,
  type Table,
  tabularModel,
  takeRows,
  toRows,
  withoutColumns,
} from '@regia/core'
import { strToU8 } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLACES, smallLearner, TRIP_COUNT, trainOnTrips, trip, trips } from '../../../../tests/fixtures/models/trips.ts'
import { type ModelSession, measureParity, openModel, readModelPackage, writeModelPackage } from './index.ts'

let train: Table
let fitted: FittedTabularModel
let bytes: Uint8Array
let model: ModelSession
beforeAll(async () => {
  ;({ train, fitted } = trainOnTrips())
  bytes = (await writeModelPackage({ fitted, train })).bytes
  model = await openModel(bytes)
})
afterAll(() => model.close())

describe('openModel', () => {
  it('passes its self-test', async () => {
    expect(await model.selfTest()).toEqual({ maxError: 0, rowCount: 5 })
  })

  it('fails the self-test when the example says otherwise', async () => {
    const opened = readModelPackage(bytes)
    const { example } = opened.manifest
    const probabilities = example.probabilities?.map(([no, yes]) => [no! + 0.001, yes! - 0.001])
    const manifest = { ...opened.manifest, example: { rows: example.rows, probabilities } }
    const wrong = await openModel({ ...opened, manifest })
    await expect(wrong.selfTest()).rejects.toMatchObject({ code: 'MODEL_SELF_TEST_FAILED' })
    await wrong.close()
  })

  it('refuses a graph that is not what its signature says', async () => {
    const opened = readModelPackage(bytes)
    const { signature } = opened.manifest
    const open = (changed: Partial<Signature>) =>
      openModel({ ...opened, manifest: { ...opened.manifest, signature: { ...signature, ...changed } } })
    const [first, ...others] = signature.inputs
    const refused = { code: 'MODEL_INVALID' }
    await expect(open({ inputs: others })).rejects.toMatchObject(refused)
    await expect(open({ inputs: [{ ...first!, type: 'float' }, ...others] })).rejects.toMatchObject(refused)
    await expect(open({ inputs: [...signature.inputs, { ...first!, name: 'more' }] })).rejects.toMatchObject(refused)
    await expect(open({ task: 'regression' })).rejects.toMatchObject(refused)
    await expect(openModel({ ...opened, graph: strToU8('garbage') })).rejects.toMatchObject(refused)
  })

  it('answers rows, batches and tables as the training code does', async () => {
    const test = trips(5000, 2)
    const expected = fitted.predict(test).probabilities[1]!
    const rows = toRows(withoutColumns(test, ['late']))
    const byRow = await model.predictRows(rows)
    const onThisThread = await model.predictTable(
      takeRows(
        test,
        Int32Array.from({ length: 500 }, (_, i) => i),
      ),
    )
    const onAnother = await model.predictTable(test)
    expect(byRow.scores).toEqual(onAnother.scores)
    expect(onThisThread.scores).toEqual(onAnother.scores.subarray(0, 500))
    expect(await measureParity(fitted, model.predictTable, test)).toMatchObject({ rowCount: 5000 })
    expect((await measureParity(fitted, model.predictTable, test)).maxError).toBeLessThan(1e-6)
    for (const i of [0, 1, 4999]) expect(onAnother.scores[i]).toBeCloseTo(expected[i]!, 6)
    expect([...onAnother.classes!]).toEqual([...expected].map((score) => (score > 0.5 ? 1 : 0)))
  })

  it('takes several requests as one batch and gives each its own answer', async () => {
    const batch = model.createBatch()
    const far = { ...trip, place: 'SFO', at: 980_990_000_000, wind: null }
    expect(batch.append([trip])).toBe(0)
    expect(() => batch.append([far, { ...trip, miles: 'many' }])).toThrow('must be a whole number')
    expect(batch.append([far, trip])).toBe(1)
    const together = await model.predictBatch(batch)
    const alone = [await model.predictRows([trip]), await model.predictRows([far])]
    expect([...together.scores]).toEqual([alone[0]!.scores[0], alone[1]!.scores[0], alone[0]!.scores[0]])
    batch.clear()
    for (let i = 0; i < 200; i++) batch.append([i % 2 ? far : trip])
    const many = await model.predictBatch(batch)
    expect(many.scores[198]).toBe(together.scores[0])
    expect(many.scores[199]).toBe(together.scores[1])
  })

  it('answers a category never seen and an empty text', async () => {
    const { scores } = await model.predictRows([
      { ...trip, place: 'ZRH' },
      { ...trip, place: '' },
    ])
    expect([...scores].every((score) => score > 0 && score < 1)).toBe(true)
  })

  it('answers nothing with nothing', async () => {
    expect((await model.predictRows([])).rowCount).toBe(0)
    expect((await model.predictTable(takeRows(train, []))).scores).toHaveLength(0)
  })

  it('leaves the event loop free while it scores a large table', async () => {
    const large = trips(60_000, 3)
    await model.predictTable(large)
    let turns = 0
    const timer = setInterval(() => turns++, 2)
    await model.predictTable(large)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
  })

  it('says which column a table lacks', async () => {
    await expect(model.predictTable(withoutColumns(train, ['miles']))).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
    const few = withoutColumns(takeRows(train, [0]), ['miles'])
    await expect(model.predictTable(few)).rejects.toMatchObject({ code: 'COLUMN_MISSING' })
  })

  it('finishes what is under way when it closes, and takes nothing more', async () => {
    const closing = await openModel(bytes)
    const answers = [closing.predictRows([trip]), closing.predictTable(train)]
    await closing.close()
    expect((await Promise.all(answers)).map(({ rowCount }) => rowCount)).toEqual([1, TRIP_COUNT])
    await expect(closing.predictRows([trip])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(closing.predictTable(train)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('serves several classes and regressions', async () => {
    const multiclass = tabularModel({ transforms: [passthrough(['miles', 'wind'])], learner: smallLearner() })
    const places = multiclass.fit(train, { target: 'place' })
    const session = await openModel((await writeModelPackage({ fitted: places, train })).bytes)
    expect(session.signature).toMatchObject({ task: 'multiclass', classes: PLACES })
    expect(session.signature.positive).toBeUndefined()
    const answer = await session.predictRows([{ miles: 300, wind: null }])
    const probabilities = [...answer.probabilities!]
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
    expect(answer.scores[0]).toBe(Math.max(...probabilities))
    expect(answer.classes![0]).toBe(probabilities.indexOf(Math.max(...probabilities)))
    await session.selfTest()
    await session.close()

    const regression = tabularModel({ transforms: [passthrough(['miles'])], learner: smallLearner() })
    const wind = makeTable({
      miles: train.columns.miles!,
      speed: floatColumn(Array.from({ length: TRIP_COUNT }, (_, i) => i / 7)),
    })
    const values = regression.fit(wind, { target: 'speed' })
    const regressor = await openModel((await writeModelPackage({ fitted: values, train: wind })).bytes)
    const predicted = await regressor.predictTable(wind)
    expect(predicted.probabilities).toBeUndefined()
    expect(predicted.scores[7]).toBeCloseTo(values.predict(wind).values[7]!, 3)
    await regressor.selfTest()
    await regressor.close()
  })
})
