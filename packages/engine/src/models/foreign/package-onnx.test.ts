import {
  attr,
  boolColumn,
  createGraphBuilder,
  ELEMENT_TYPES,
  type ElementType,
  encodeModel,
  floatColumn,
  type GraphBuilder,
  intColumn,
  makeTable,
  type OnnxModel,
  type ProgramSignature,
  programSignatureSchema,
  stringColumn,
  type Table,
} from '@regia/core'
import { describe, expect, it } from 'vitest'
import { openModel } from '../open-model.ts'
import { packageOnnx } from './package-onnx.ts'

/** A graph as another tool would write it. */
function foreign(build: (graph: GraphBuilder) => void, change: (model: OnnxModel) => OnnxModel = (model) => model) {
  const graph = createGraphBuilder('foreign')
  build(graph)
  return encodeModel(change({ ...graph.build(), producerName: 'another-tool' }))
}

/** One tensor of two numbers a row; a probability of the second class: σ(x₀ − 2x₁). */
const logistic = (elementType: Extract<ElementType, 'float' | 'double'> = 'float') =>
  foreign((graph) => {
    const x = graph.input('X', elementType, ['N', 2])
    const asFloat = elementType === 'float' ? x : graph.node('Cast', [x], { to: attr.int(ELEMENT_TYPES.float) })
    const weights = graph.constant({ elementType: 'float', dims: [2, 1], data: Float32Array.of(1, -2) })
    graph.node('Sigmoid', [graph.node('MatMul', [asFloat, weights])], {}, { output: 'score' })
    graph.output('score', 'float', ['N', 1])
  })

const sigma = (z: number): number => 1 / (1 + Math.exp(-z))

const rows: Table = makeTable({
  a: floatColumn([0.5, -1, 2]),
  b: intColumn([1, 0, 3]),
  y: stringColumn(['no', 'yes', 'no']),
})

const signature = (fields: Record<string, unknown> = {}): ProgramSignature =>
  programSignatureSchema.parse({ target: 'y', classes: ['no', 'yes'], ...fields })

const open = async (onnx: Uint8Array, fields: Record<string, unknown> = {}, reference: Table = rows) =>
  openModel(await packageOnnx({ onnx, signature: signature(fields), reference }))

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => error,
  )

describe('packageOnnx', () => {
  it.each(['float', 'double'] as const)('puts raw columns in front of one tensor of %s', async (elementType) => {
    const model = await open(logistic(elementType), { task: 'binary' })
    expect(model.signature).toEqual({
      inputs: [
        { name: 'a', type: 'float', nullable: false },
        { name: 'b', type: 'int', nullable: false },
      ],
      task: 'binary',
      target: 'y',
      classes: ['no', 'yes'],
      positive: 'yes',
    })
    const { scores, probabilities } = await model.predictRows([
      { a: 0.5, b: 1 },
      { a: 2, b: -3 },
    ])
    expect(scores[0]).toBeCloseTo(sigma(0.5 - 2), 6)
    expect(scores[1]).toBeCloseTo(sigma(2 + 6), 6)
    expect(probabilities![0]! + probabilities![1]!).toBeCloseTo(1, 6)
    expect((await model.selfTest()).maxError).toBeLessThan(1e-6)
    await model.close()
  })

  it('takes the columns in the order of the signature, with types and words of its own', async () => {
    const columns = [{ name: 'b', type: 'float', nullable: true, description: 'how often' }, 'a']
    const model = await open(logistic(), { columns, positive: 'no' })
    expect(model.signature.inputs[0]).toEqual({ name: 'b', type: 'float', nullable: true, description: 'how often' })
    const { scores } = await model.predictRows([{ a: 0.25, b: 1.5 }])
    expect(scores[0]).toBeCloseTo(1 - sigma(1.5 - 0.5), 6)
    await model.close()
  })

  it('gives a null as NaN, also from a column of whole numbers', async () => {
    const filled = foreign((graph) => {
      const x = graph.input('X', 'float', ['N', 2])
      const zero = graph.floats([0])
      const known = graph.node('Where', [graph.node('IsNaN', [x]), zero, x])
      graph.node('ReduceMean', [known], { axes: attr.ints([1]), keepdims: attr.int(1) }, { output: 'value' })
      graph.output('value', 'float', ['N', 1])
    })
    const reference = makeTable({ a: floatColumn([1, null, 3]), b: intColumn([4, 5, null]), y: floatColumn([1, 2, 3]) })
    const model = await open(filled, { classes: undefined }, reference)
    expect(model.signature).toMatchObject({
      task: 'regression',
      inputs: [{ nullable: true }, { nullable: true, type: 'int' }],
    })
    const { scores } = await model.predictRows([
      { a: 3, b: null },
      { a: null, b: 5 },
      { a: null, b: null },
    ])
    expect([...scores]).toEqual([1.5, 2.5, 0])
    await model.close()
  })

  it('gives inputs that are named like columns those, flat or not, of any type', async () => {
    const byName = foreign((graph) => {
      const flag = graph.input('flag', 'bool', ['N', 1])
      const word = graph.input('word', 'string', ['N'])
      const isLong = graph.node(
        'LabelEncoder',
        [word],
        { keys_strings: attr.strings(['long']), values_floats: attr.floats([10]), default_float: attr.float(1) },
        { domain: 'ai.onnx.ml' },
      )
      const column = graph.node('Reshape', [isLong, graph.ints([-1, 1])])
      const one = graph.node('Cast', [flag], { to: attr.int(ELEMENT_TYPES.float) })
      graph.node('Mul', [column, one], {}, { output: 'value' })
      graph.output('value', 'float', ['N', 1])
    })
    const reference = makeTable({
      word: stringColumn(['long', 'short']),
      flag: boolColumn([true, false]),
      y: floatColumn([1, 2]),
    })
    const model = await open(byName, { classes: undefined }, reference)
    expect(model.signature.inputs.map(({ name }) => name)).toEqual(['flag', 'word'])
    const { scores } = await model.predictRows([
      { word: 'long', flag: true },
      { word: 'x', flag: true },
      { word: 'long', flag: false },
    ])
    expect([...scores]).toEqual([10, 1, 0])
    await model.close()
  })

  it('measures parity, and refuses what is wired wrongly', async () => {
    const expected = [sigma(-1.5), sigma(-1), sigma(-4)]
    const model = await open(logistic(), { expected })
    expect(model.manifest.parity.rowCount).toBe(3)
    expect(model.manifest.parity.maxError).toBeLessThan(1e-6)
    await model.close()
    for (const fields of [
      { expected: expected.toReversed() },
      { expected, columns: ['b', 'a'] },
      { expected, positive: 'no' },
    ]) {
      expect(await refusal(open(logistic(), fields))).toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(/in \d of 3 rows the graph says something else than the training code/),
      })
    }
    expect(await refusal(open(logistic(), { expected: [...expected, 1] }))).toMatchObject({ code: 'MODEL_INVALID' })
  })

  it('lets a few rows of a tree be off, and says how far', async () => {
    const reference = makeTable({
      a: floatColumn(Array.from({ length: 20 }, (_, row) => row)),
      b: floatColumn(Array.from({ length: 20 }, () => 0)),
      y: stringColumn(Array.from({ length: 20 }, () => 'no')),
    })
    const expected = Array.from({ length: 20 }, (_, row) => sigma(row) + (row === 7 ? -0.25 : 0))
    const model = await open(logistic(), { expected }, reference)
    expect(model.manifest.parity.maxError).toBeCloseTo(0.25, 4)
    await model.close()
  })

  it('measures large values of a regression by their size', async () => {
    const prices = foreign((graph) => {
      const x = graph.input('X', 'float', ['N', 1])
      graph.node('Mul', [x, graph.floats([1_000_000])], {}, { output: 'price' })
      graph.output('price', 'float', ['N', 1])
    })
    const reference = makeTable({ a: floatColumn([0.1, 0.3]), y: floatColumn([1, 2]) })
    const fields = { classes: undefined, columns: ['a'] }
    const model = await open(prices, { ...fields, expected: [100_000.01, 300_000.01] }, reference)
    expect(model.manifest.parity.maxError).toBeGreaterThan(1e-3)
    await model.close()
    const off = open(prices, { ...fields, expected: [100_000, 301_000] }, reference)
    expect(await refusal(off)).toMatchObject({ message: expect.stringContaining('in 1 of 2 rows') })
  })

  it.each([
    ['three columns for two', { columns: ['a', 'b', 'a2'] }, 'COLUMN_MISSING', /no column "a2"/],
    ['too few columns', { columns: ['a'] }, 'MODEL_INVALID', /takes X \[-1, 2\]; the signature has 1 columns/],
    [
      'an output that is not there',
      { output: 'probability' },
      'MODEL_INVALID',
      /no floats named "probability", but score/,
    ],
    ['a class that is none', { positive: 'maybe' }, 'MODEL_INVALID', /"maybe" is none of its classes no, yes/],
    [
      'three classes for two probabilities',
      { classes: ['a', 'b', 'c'] },
      'MODEL_INVALID',
      /1 probabilities a row for the 3 classes/,
    ],
    [
      'a text where a number is',
      { columns: ['a', 'y'], target: 'b' },
      'MODEL_INVALID',
      /takes "X" as float, but column "y" is string/,
    ],
    [
      'a task without classes',
      { task: 'binary', classes: undefined },
      'MODEL_INVALID',
      /does not hold the names of its classes/,
    ],
  ])('says what is wrong: %s', async (_, fields, code, message) => {
    expect(await refusal(open(logistic(), fields))).toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.any(String),
    })
  })

  it('refuses what is no ONNX, has no rows, or gives no tensor', async () => {
    expect(await refusal(open(Buffer.from('nonsense')))).toMatchObject({ code: 'MODEL_INVALID' })
    const empty = makeTable({ a: floatColumn([]), b: intColumn([]), y: stringColumn([]) })
    expect(await refusal(open(logistic(), {}, empty))).toMatchObject({ code: 'DATA_EMPTY' })
    const labels = foreign((graph) => {
      const x = graph.input('X', 'float', ['N', 2])
      graph.node('ArgMax', [x], { axis: attr.int(1), keepdims: attr.int(0) }, { output: 'label' })
      graph.output('label', 'int64', ['N'])
    })
    expect(await refusal(open(labels))).toMatchObject({
      code: 'MODEL_INVALID',
      hint: expect.stringContaining('must give probabilities'),
    })
  })
})
