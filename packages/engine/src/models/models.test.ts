import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  boolColumn,
  createRng,
  dateParts,
  type FittedTabularModel,
  floatColumn,
  gradientBoosting,
  impute,
  intColumn,
  makeTable,
  ordinal,
  passthrough,
  type Row,
  type Signature,
  stringColumn,
  type Table,
  tabularModel,
  takeRows,
  timestampColumn,
  toRows,
  withoutColumns,
} from '@regia/core'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDataEngine, type DataEngine } from '../data/index.ts'
import {
  inputBatches,
  type ModelSession,
  measureParity,
  openModel,
  readModelPackage,
  scoreFile,
  writeModelPackage,
} from './index.ts'

const ROWS = 3000
const PLACES = ['JFK', 'LAX', 'ORD', 'SFO']

/** Trips whose lateness depends on every kind of column. */
function trips(rowCount: number, seed: number): Table {
  const rng = createRng(seed)
  const draw = <Value>(make: () => Value): Value[] => Array.from({ length: rowCount }, make)
  const at = draw(() => 980_000_000_000 + rng.integer(10_000_000) * 1000)
  const miles = draw(() => 100 + rng.integer(2000))
  const place = draw(() => PLACES[rng.integer(4)]!)
  const wind = draw(() => (rng.next() < 0.1 ? null : rng.normal()))
  const isFull = draw(() => rng.next() < 0.5)
  const late = at.map((ms, i) => {
    const hour = new Date(ms).getUTCHours()
    return hour / 24 + PLACES.indexOf(place[i]!) / 8 + (wind[i] ?? 1) / 4 + (isFull[i] ? 0.2 : 0) + rng.normal() / 4 > 1
  })
  return makeTable({
    at: timestampColumn(at),
    miles: intColumn(miles),
    place: stringColumn(place),
    wind: floatColumn(wind),
    isFull: boolColumn(isFull),
    late: boolColumn(late),
  })
}

const transforms = [
  dateParts('at', ['hour', 'weekday']),
  ordinal(['place'], { order: 'target' }),
  impute(['wind']),
  passthrough(['miles', 'isFull']),
]
const learner = () => gradientBoosting({ trees: 20, leaves: 15 })
const row = { at: '2001-01-31T10:05:00Z', miles: 300, place: 'JFK', wind: 0.5, isFull: true }

let folder = ''
let train: Table
let fitted: FittedTabularModel
let bytes: Uint8Array
let model: ModelSession
let engine: DataEngine

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'))
  engine = await createDataEngine({ tempDir: join(folder, 'spill') })
  train = trips(ROWS, 1)
  fitted = tabularModel({ transforms, learner: learner() }).fit(train, { target: 'late' })
  bytes = (await writeModelPackage({ fitted, train, metrics: { auc: 0.8 } })).bytes
  model = await openModel(bytes)
})
afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true, force: true })
})

describe('model package', () => {
  it('holds signature, example, parity, reference and the training model', () => {
    const { manifest, referenceProfile, readTraining } = readModelPackage(bytes)
    expect(manifest.signature).toMatchObject({
      task: 'binary',
      target: 'late',
      classes: ['false', 'true'],
      positive: 'true',
    })
    expect(manifest.signature.inputs).toEqual([
      { name: 'at', type: 'timestamp', nullable: false },
      { name: 'place', type: 'string', nullable: false },
      { name: 'wind', type: 'float', nullable: true },
      { name: 'miles', type: 'int', nullable: false },
      { name: 'isFull', type: 'bool', nullable: false },
    ])
    expect(manifest.parity.rowCount).toBe(ROWS)
    expect(manifest.parity.maxError).toBeLessThan(1e-6)
    expect(manifest.example.rows).toHaveLength(5)
    expect(manifest.metrics).toEqual({ auc: 0.8 })
    expect(manifest.learner.params).toMatchObject({ trees: 20 })
    expect(referenceProfile?.rowCount).toBe(ROWS)
    expect(Object.keys(referenceProfile?.columns ?? {})).toEqual(['isFull', 'miles', 'place', 'wind'])
    const again = readTraining()?.predict(train)
    expect(again?.probabilities[1]).toEqual(fitted.predict(train).probabilities[1])
  })

  it('is byte for byte the same for the same contents', async () => {
    const again = await writeModelPackage({ fitted, train, metrics: { auc: 0.8 } })
    expect(Buffer.compare(again.bytes, bytes)).toBe(0)
    const other = await writeModelPackage({ fitted, train, metrics: { auc: 0.9 } })
    expect(Buffer.compare(other.bytes, bytes)).not.toBe(0)
  })

  it('lets an author say what may be null and what a column means', async () => {
    const inputs = { miles: { nullable: true, description: 'Distance.' } }
    const { bytes: lenient } = await writeModelPackage({ fitted, train, inputs })
    const opened = await openModel(lenient)
    expect(opened.signature.inputs[3]).toEqual({ name: 'miles', type: 'int', nullable: true, description: 'Distance.' })
    expect((await opened.predictRows([{ ...row, miles: null }])).scores[0]).toBeGreaterThan(0)
    await opened.close()
  })

  const repacked = (change: (files: Record<string, Uint8Array>) => void): Uint8Array => {
    const files = unzipSync(bytes)
    change(files)
    return zipSync(files)
  }
  const flipped = (content: Uint8Array) => content.map((byte, i) => (i === content.length >> 1 ? byte ^ 1 : byte))

  it.each<[string, () => Uint8Array, RegExp]>([
    ['no zip', () => strToU8('hello'), /no zip/],
    ['a cut zip', () => bytes.slice(0, bytes.length - 100), /no zip/],
    ['no manifest', () => repacked((files) => delete files['manifest.json']), /no manifest/],
    ['no graph', () => repacked((files) => delete files['model.onnx']), /no model\.onnx/],
    ['a file outside', () => repacked((files) => Object.assign(files, { '../../evil.sh': strToU8('x') })), /evil\.sh/],
    [
      'a changed graph',
      () => repacked((files) => Object.assign(files, { 'model.onnx': flipped(files['model.onnx']!) })),
      /its manifest says/,
    ],
    ['a lost profile', () => repacked((files) => delete files['reference-profile.json']), /its manifest says/],
    [
      'a manifest of another kind',
      () => repacked((files) => Object.assign(files, { 'manifest.json': strToU8('{"format":2}') })),
      /manifest\.json/,
    ],
    [
      'a bomb',
      () => repacked((files) => Object.assign(files, { 'manifest.json': new Uint8Array(2 ** 25) })),
      /claims 33554432 bytes/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(() => readModelPackage(make())).toThrowError(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

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
    const far = { ...row, place: 'SFO', at: 980_990_000_000, wind: null }
    expect(batch.append([row])).toBe(0)
    expect(() => batch.append([far, { ...row, miles: 'many' }])).toThrow('must be a whole number')
    expect(batch.append([far, row])).toBe(1)
    const together = await model.predictBatch(batch)
    const alone = [await model.predictRows([row]), await model.predictRows([far])]
    expect([...together.scores]).toEqual([alone[0]!.scores[0], alone[1]!.scores[0], alone[0]!.scores[0]])
    batch.clear()
    for (let i = 0; i < 200; i++) batch.append([i % 2 ? far : row])
    const many = await model.predictBatch(batch)
    expect(many.scores[198]).toBe(together.scores[0])
    expect(many.scores[199]).toBe(together.scores[1])
  })

  it('answers a category never seen and an empty text', async () => {
    const { scores } = await model.predictRows([
      { ...row, place: 'ZRH' },
      { ...row, place: '' },
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
    const answers = [closing.predictRows([row]), closing.predictTable(train)]
    await closing.close()
    expect((await Promise.all(answers)).map(({ rowCount }) => rowCount)).toEqual([1, ROWS])
    await expect(closing.predictRows([row])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(closing.predictTable(train)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('serves several classes and regressions', async () => {
    const multiclass = tabularModel({ transforms: [passthrough(['miles', 'wind'])], learner: learner() })
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

    const regression = tabularModel({ transforms: [passthrough(['miles'])], learner: learner() })
    const wind = makeTable({
      miles: train.columns.miles!,
      speed: floatColumn(Array.from({ length: ROWS }, (_, i) => i / 7)),
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

describe('inputBatches', () => {
  const cases: readonly [string, Row, string, string][] = [
    [
      'text for a number',
      { ...row, miles: '300' },
      'COLUMN_TYPE',
      'Input "miles" must be a whole number up to 2^53; got string "300".',
    ],
    ['a fraction', { ...row, miles: 1.5 }, 'COLUMN_TYPE', 'Input "miles" must be a whole number up to 2^53; got 1.5.'],
    [
      'a number beyond 2^53',
      { ...row, miles: 2 ** 53 },
      'COLUMN_TYPE',
      'Input "miles" must be a whole number up to 2^53; got 9007199254740992.',
    ],
    ['NaN', { ...row, wind: Number.NaN }, 'COLUMN_TYPE', 'Input "wind" must be a finite number; got NaN.'],
    [
      'an infinity',
      { ...row, wind: Number.NEGATIVE_INFINITY },
      'COLUMN_TYPE',
      'Input "wind" must be a finite number; got -Infinity.',
    ],
    [
      'more than a 32-bit float holds',
      { ...row, wind: 1e39 },
      'COLUMN_TYPE',
      'Input "wind" must be a finite number; got 1e+39.',
    ],
    [
      'a number for text',
      { ...row, place: 7 },
      'COLUMN_TYPE',
      'Input "place" must be text without the character NUL; got 7.',
    ],
    [
      'a NUL',
      { ...row, place: 'a\0' },
      'COLUMN_TYPE',
      'Input "place" must be text without the character NUL; got string "a\\u0000".',
    ],
    [
      'text for a truth value',
      { ...row, isFull: 'yes' },
      'COLUMN_TYPE',
      'Input "isFull" must be true or false; got string "yes".',
    ],
    [
      'a time that is none',
      { ...row, at: '2001-13-01' },
      'COLUMN_TYPE',
      'Input "at" must be an ISO-8601 time such as "2001-01-31T10:05:00Z" or milliseconds since 1970; got string "2001-13-01".',
    ],
    [
      'null where training had none',
      { ...row, miles: null },
      'COLUMN_TYPE',
      'Input "miles" is null; the model was trained without nulls in it.',
    ],
    [
      'a missing input',
      { at: row.at, place: 'JFK', wind: 1, isFull: true },
      'COLUMN_MISSING',
      'Input "miles" (int) is missing.',
    ],
    ['an unknown input', { ...row, mles: 1 }, 'COLUMN_UNKNOWN', 'The model has no input "mles".'],
    [
      'an inherited name',
      JSON.parse(`{"at":1,"miles":1,"place":"JFK","isFull":true,"__proto__":1}`),
      'COLUMN_UNKNOWN',
      'The model has no input "__proto__".',
    ],
  ]
  it.each(cases)('refuses %s, naming field and row', (_, bad, code, message) => {
    const batch = inputBatches(model.signature)()
    expect(() => batch.append([row, bad])).toThrowError(expect.objectContaining({ code, message }))
    try {
      batch.append([row, bad])
    } catch (error) {
      expect(error).toMatchObject({ where: expect.stringMatching(/^rows\[1\]\./), data: { row: 1 } })
    }
    expect(batch.rowCount).toBe(0)
  })

  it('takes a lacking nullable input as null, and times as text or milliseconds', async () => {
    const { wind: _, ...windless } = row
    const at = Date.parse(row.at)
    const [a, b, c] = (await model.predictRows([windless, { ...row, wind: null }, { ...windless, at }])).scores
    expect(b).toBe(a)
    expect(c).toBe(a)
  })

  it('writes whole numbers exactly, negative ones and large ones too', () => {
    const signature: Signature = {
      inputs: [{ name: 'n', type: 'int', nullable: true }],
      task: 'regression',
      target: 'y',
    }
    const batch = inputBatches(signature)()
    const numbers = [0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 32, -(2 ** 32) - 1, 4294967295]
    batch.append(numbers.map((n) => ({ n })))
    expect(batch.columns()[0]).toEqual(BigInt64Array.from(numbers, BigInt))
  })
})

describe('scoreFile', () => {
  const score = (inputPath: string, outputPath: string) => scoreFile({ model, inputPath, outputPath, engine })

  it('keeps rows, order and columns, and adds prediction, score and probabilities', async () => {
    const test = trips(4000, 4)
    const input = join(folder, 'in.parquet')
    const output = join(folder, 'scored.parquet')
    await engine.writeTable(test, input)
    const fractions: number[] = []
    const result = await scoreFile({
      model,
      inputPath: input,
      outputPath: output,
      engine,
      onProgress: (p) => fractions.push(p.fraction),
    })
    expect(result.rowCount).toBe(4000)
    expect(fractions.at(-1)).toBe(1)
    const scored = await engine.readTable(output)
    expect(Object.keys(scored.columns)).toEqual([
      ...Object.keys(test.columns),
      'prediction',
      'score',
      'probability_false',
      'probability_true',
    ])
    const expected = await model.predictTable(test)
    expect(scored.columns.score).toEqual({ type: 'float', values: Float64Array.from(expected.scores) })
    expect(scored.columns.miles).toEqual(test.columns.miles)
  })

  it('reads and writes CSV', async () => {
    const input = join(folder, 'in.csv')
    await writeFile(
      input,
      'id,at,miles,place,wind,isFull\n007,2001-01-31T10:05:00Z,300,JFK,0.5,true\n008,2001-01-31T10:05:00Z,300,JFK,,false\n',
    )
    const output = join(folder, 'new', 'out.csv')
    await score(input, output)
    const { rows } = await engine.rows({ path: output, limit: 5 })
    const { scores } = await model.predictRows([row])
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ miles: 300, prediction: scores[0]! > 0.5 })
    expect(rows[0]?.score).toBeCloseTo(scores[0]!, 6)
    expect(await readdir(join(folder, 'new'))).toEqual(['out.csv'])
  })

  it.each([
    ['a missing column', 'at,miles,place,wind\n1,1,a,1\n', 'COLUMN_MISSING'],
    [
      'a row that the model does not take',
      'at,miles,place,wind,isFull\n2001-01-01,1,a,1,true\n2001-01-01,,a,1,true\n',
      'SCHEMA_VIOLATED',
    ],
    ['a column named like a score', 'at,miles,place,wind,isFull,score\n2001-01-01,1,a,1,true,2\n', 'INVALID_INPUT'],
  ])('refuses %s', async (_, content, code) => {
    const input = join(folder, 'bad.csv')
    await writeFile(input, content)
    await expect(score(input, join(folder, 'bad-out.csv'))).rejects.toMatchObject({ code })
    expect((await readdir(folder)).filter((name) => name.startsWith('.scoring') || name === 'bad-out.csv')).toEqual([])
  })

  it('stops when it is cancelled', async () => {
    const input = join(folder, 'cancel.parquet')
    await engine.writeTable(train, input)
    const signal = AbortSignal.abort()
    const work = scoreFile({ model, inputPath: input, outputPath: join(folder, 'x.csv'), engine, signal })
    await expect(work).rejects.toMatchObject({ code: 'RUN_CANCELLED' })
  })
})
