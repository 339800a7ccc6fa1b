import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createRng,
  decodeModel,
  type FittedTabularModel,
  floatColumn,
  gradientBoosting,
  intColumn,
  makeTable,
  ordinal,
  passthrough,
  stringColumn,
  type Table,
  tabularModel,
  withColumn,
} from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDataEngine } from '../../data/index.ts'
import {
  type ModelSession,
  type OpenedPackage,
  openModel,
  readModelPackage,
  scoreFile,
  writeModelPackage,
} from '../index.ts'
import { loadGraph } from '../onnx-graph.ts'
import { withoutMissing } from './without-missing.ts'

const ROWS = 2000
const TRACKS = 'nodes_missing_value_tracks_true'

function makeRows(): Table {
  const rng = createRng('missing')
  const draw = <Value>(make: () => Value): Value[] => Array.from({ length: ROWS }, make)
  const [a, b, miles] = [draw(() => rng.normal()), draw(() => rng.normal()), draw(() => rng.integer(3000))]
  const places = draw(() => rng.integer(9))
  // Most places are cheap, so that missing ones follow the left of the trees.
  const price = a.map((value, i) => value * b[i]! + miles[i]! / 1000 + (places[i]! > 6 ? 9 : places[i]! / 9))
  return makeTable({
    ...{ a: floatColumn(a), b: floatColumn(b), miles: intColumn(miles), price: floatColumn(price) },
    place: stringColumn(places.map((place) => `p${place}`)),
  })
}

const fit = (table: Table): FittedTabularModel =>
  tabularModel({
    transforms: [passthrough(['a', 'b', 'miles']), ordinal(['place'], { order: 'target' })],
    learner: gradientBoosting({ trees: 10, leaves: 8 }),
  }).fit(table, { target: 'price' })

let table: Table
let opened: OpenedPackage
let model: ModelSession
beforeAll(async () => {
  table = makeRows()
  opened = readModelPackage((await writeModelPackage({ train: table, fitted: fit(table) })).bytes)
  model = await openModel(opened)
})
afterAll(() => model.close())

const operators = (graph: Uint8Array) => decodeModel(graph).graph.nodes.map(({ opType }) => opType)
const hasTracks = (graph: Uint8Array) => decodeModel(graph).graph.nodes.some(({ attributes }) => TRACKS in attributes)
/** What a text turns into may be missing, unless its values are known. */
const NUMBERS = ['a', 'b', 'miles']

describe('withoutMissing', () => {
  it('asks no question about null of columns that have none', () => {
    expect(operators(opened.graph)).toEqual(expect.arrayContaining(['Equal', 'Where']))
    const changed = withoutMissing(opened.graph, new Set(NUMBERS))
    expect(operators(changed)).not.toContain('Equal')
    expect(operators(changed)).not.toContain('Where')
    expect(operators(withoutMissing(opened.graph, new Set(['a', 'b'])))).toContain('Where')
  })

  it('leaves trees their way for missing values while any input may have one', () => {
    expect(hasTracks(withoutMissing(opened.graph, new Set(NUMBERS)))).toBe(true)
    expect(withoutMissing(opened.graph, new Set())).toBe(opened.graph)
    const encoded = decodeModel(opened.graph).graph.nodes.find(({ opType }) => opType === 'LabelEncoder')
    expect(hasTracks(withoutMissing(opened.graph, new Set([...NUMBERS, ...(encoded?.outputs ?? [])])))).toBe(false)
  })

  it('gives the same answers, bit for bit', async () => {
    const { signature } = opened.manifest
    const encoded = decodeModel(opened.graph).graph.nodes.find(({ opType }) => opType === 'LabelEncoder')
    const changed = withoutMissing(opened.graph, new Set([...NUMBERS, ...(encoded?.outputs ?? [])]))
    expect(changed).not.toEqual(opened.graph)
    const loaded = await loadGraph(changed, signature)
    expect((await loaded.runTable(table)).scores).toEqual((await model.predictTable(table)).scores)
    await loaded.release()
  })
})

describe('scoreFile', () => {
  it('still sends values that no category was learned for the way of missing ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'missing-'))
    const engine = await createDataEngine({ tempDir: join(folder, 'spill') })
    try {
      const place = stringColumn(Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? 'nowhere' : `p${i % 9}`)))
      const rows = withColumn(table, 'place', place)
      const [inputPath, outputPath] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')]
      await engine.writeTable(rows, inputPath)
      await scoreFile({ model: opened, inputPath, outputPath })
      const scored = (await engine.readTable(outputPath)).columns.prediction
      const expected = Float64Array.from((await model.predictTable(rows)).scores)
      expect(scored).toEqual({ type: 'float', values: expected })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
