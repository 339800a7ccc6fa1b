import {
  attr,
  createGraphBuilder,
  createRng,
  decodeModel,
  encodeModel,
  type GraphBuilder,
  halveDense,
  type OnnxModel,
  quantiseDense,
  type TensorValue,
} from '@regia/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'

const rng = createRng('dense graphs')
const normals = (count: number, scale = 1) => Float32Array.from({ length: count }, () => rng.normal() * scale)
const matrix = (dims: readonly number[], data: Float32Array): TensorValue => ({ elementType: 'float', dims, data })
const [INPUTS, OUTPUTS, ROWS] = [24, 12, 9]
const weights = normals(INPUTS * OUTPUTS)
const bias = normals(OUTPUTS)
const small = { minWeights: 0 }

type Build = (graph: GraphBuilder, x: string) => string

/** A graph from x to y; the shape of x is part of what optimisations look at. */
function graphOf(build: Build, shape: readonly (string | number)[] = ['rows', INPUTS], opset = 17): OnnxModel {
  const graph = createGraphBuilder('dense')
  const x = graph.input('x', 'float', shape)
  graph.node('Identity', [build(graph, x)], {}, { output: 'y' })
  graph.output('y', 'float', shape.length === 2 ? ['rows', OUTPUTS] : ['rows', 'steps', OUTPUTS])
  return { ...graph.build(), opsets: { '': opset } }
}

async function ask(model: OnnxModel, x: Float32Array, dims: readonly number[]): Promise<Float32Array> {
  const session = await InferenceSession.create(encodeModel(model), { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const { y } = await session.run({ x: new Tensor('float32', x, dims) })
  await session.release()
  return y!.data as Float32Array
}

const largest = (one: Float32Array, other: Float32Array): number =>
  Math.max(...one.map((value, i) => Math.abs(value - other[i]!)))

const x = normals(ROWS * INPUTS)
const transposed = Float32Array.from(weights, (_, i) => weights[(i % INPUTS) * OUTPUTS + Math.floor(i / INPUTS)]!)

/** Every way in which converters write a dense layer. */
const LAYERS: Readonly<Record<string, Build>> = {
  MatMul: (graph, value) => graph.node('MatMul', [value, graph.constant(matrix([INPUTS, OUTPUTS], weights))]),
  'MatMul and Add': (graph, value) =>
    graph.node('Add', [
      graph.node('MatMul', [value, graph.constant(matrix([INPUTS, OUTPUTS], weights))]),
      graph.floats(bias),
    ]),
  'MatMul of a Constant': (graph, value) => {
    const tensor = { ...matrix([INPUTS, OUTPUTS], weights), name: 'w' }
    return graph.node('MatMul', [value, graph.node('Constant', [], { value: { type: 'tensor', value: tensor } })])
  },
  Gemm: (graph, value) =>
    graph.node('Gemm', [value, graph.constant(matrix([INPUTS, OUTPUTS], weights)), graph.floats(bias)]),
  'Gemm with weights turned': (graph, value) =>
    graph.node('Gemm', [value, graph.constant(matrix([OUTPUTS, INPUTS], transposed)), graph.floats(bias)], {
      transB: attr.int(1),
    }),
  'Gemm with factors': (graph, value) =>
    graph.node('Gemm', [value, graph.constant(matrix([INPUTS, OUTPUTS], weights)), graph.floats(bias)], {
      alpha: attr.float(0.5),
      beta: attr.float(2),
    }),
  'Gemm without bias': (graph, value) =>
    graph.node('Gemm', [value, graph.constant(matrix([INPUTS, OUTPUTS], weights))]),
  'Gemm after ReLU': (graph, value) =>
    graph.node('Gemm', [
      graph.node('Relu', [value]),
      graph.constant(matrix([INPUTS, OUTPUTS], weights)),
      graph.floats(bias),
    ]),
}

describe.each(Object.entries(LAYERS))('%s', (_, build) => {
  const model = graphOf(build)
  const operators = (changed: OnnxModel) => changed.graph.nodes.map(({ opType }) => opType)

  it('stays near in int8', async () => {
    const { model: changed, layers } = quantiseDense(model, small)
    expect(layers).toEqual([{ name: expect.any(String), weightCount: INPUTS * OUTPUTS }])
    expect(operators(changed)).toContain('MatMulInteger')
    expect(operators(changed)).not.toContain('Gemm')
    const before = await ask(model, x, [ROWS, INPUTS])
    // Half a step of the inputs and half a step of the weights, over 24 terms.
    expect(largest(await ask(changed, x, [ROWS, INPUTS]), before)).toBeLessThan(0.25)
    expect(
      largest(await ask(quantiseDense(model, { ...small, isRangeReduced: false }).model, x, [ROWS, INPUTS]), before),
    ).toBeLessThan(0.15)
  })

  it('stays nearer in float16', async () => {
    const { model: changed } = halveDense(model, small)
    expect(largest(await ask(changed, x, [ROWS, INPUTS]), await ask(model, x, [ROWS, INPUTS]))).toBeLessThan(5e-3)
    expect(changed.graph.initializers.some(({ elementType }) => elementType === 'float16')).toBe(true)
  })

  it('keeps nothing that nobody reads, and is read again as it was written', () => {
    for (const { model: changed } of [quantiseDense(model, small), halveDense(model, small)]) {
      const read = new Set([...changed.graph.nodes.flatMap(({ inputs }) => inputs), 'y'])
      expect(changed.graph.initializers.filter(({ name }) => !read.has(name))).toEqual([])
      expect(decodeModel(encodeModel(changed)).graph.nodes).toHaveLength(changed.graph.nodes.length)
      const outputs = changed.graph.nodes.flatMap((node) => node.outputs)
      expect(new Set(outputs).size).toBe(outputs.length)
    }
  })
})

describe('quantiseDense', () => {
  const { MatMul: matMul } = LAYERS

  it.each([11, 12, 13, 17, 18, 21])('writes what operator set %i has', async (opset) => {
    const model = graphOf(matMul!, undefined, opset)
    const changed = quantiseDense(model, small).model
    expect(largest(await ask(changed, x, [ROWS, INPUTS]), await ask(model, x, [ROWS, INPUTS]))).toBeLessThan(0.25)
  })

  it('multiplies values of three dimensions', async () => {
    const model = graphOf(matMul!, ['rows', 'steps', INPUTS])
    const changed = quantiseDense(model, small).model
    expect(largest(await ask(changed, x, [3, 3, INPUTS]), await ask(model, x, [3, 3, INPUTS]))).toBeLessThan(0.25)
  })

  it('answers zeros, tiny and huge rows', async () => {
    const model = graphOf(matMul!)
    const changed = quantiseDense(model, small).model
    const rows = Float32Array.from([...normals(INPUTS).fill(0), ...normals(INPUTS, 1e-20), ...normals(INPUTS, 1e20)])
    const [before, after] = [await ask(model, rows, [3, INPUTS]), await ask(changed, rows, [3, INPUTS])]
    expect([...after.subarray(0, OUTPUTS)]).toEqual([...before.subarray(0, OUTPUTS)])
    for (const [from, scale] of [
      [OUTPUTS, 1e-20],
      [2 * OUTPUTS, 1e20],
    ] as const) {
      const part = (values: Float32Array) => values.subarray(from, from + OUTPUTS)
      expect(largest(part(after), part(before)) / scale).toBeLessThan(0.3)
    }
  })

  it.each(['MatMul', 'Gemm after ReLU'])(
    'answers NaN for a row with a missing value where float32 does: %s',
    async (name) => {
      const model = graphOf(LAYERS[name]!)
      const rows = Float32Array.from(x.subarray(0, 2 * INPUTS))
      rows[3] = Number.NaN
      const after = await ask(quantiseDense(model, small).model, rows, [2, INPUTS])
      const before = await ask(model, rows, [2, INPUTS])
      expect([...after].map(Number.isNaN)).toEqual([...before].map(Number.isNaN))
    },
  )

  it('leaves a product of two inputs alone', () => {
    const model = graphOf((graph, value) => graph.node('MatMul', [value, graph.node('Transpose', [value])]))
    expect(() => quantiseDense(model, small)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }))
  })

  it('skips weights that are no numbers', () => {
    const broken = weights.slice().fill(Number.POSITIVE_INFINITY, 0, 1)
    const model = graphOf((graph, value) =>
      graph.node('MatMul', [value, graph.constant(matrix([INPUTS, OUTPUTS], broken))]),
    )
    for (const change of [quantiseDense, halveDense]) expect(() => change(model, small)).toThrow(/no numbers/)
  })
})

describe('halveDense', () => {
  it.each([0.51, 0.9999, 1, 1.99995])('overflows for no largest weight, such as %d beside a tiny one', (top) => {
    const beside = weights.map((_, i) => (i < OUTPUTS ? top : 1e-7))
    const model = graphOf((graph, value) =>
      graph.node('MatMul', [value, graph.constant(matrix([INPUTS, OUTPUTS], beside))]),
    )
    const half = halveDense(model, small).model.graph.initializers.find(({ elementType }) => elementType === 'float16')
    expect(Array.from(half!.data, Number).every((bits) => (bits & 0x7c00) !== 0x7c00)).toBe(true)
  })

  it('keeps weights that float16 cannot hold', async () => {
    // Columns that would overflow, vanish, and lose digits as subnormal numbers.
    const factors = [1e6, 1e-8, 1e-5, 1, 3e38, 1e-38]
    const extreme = weights.map((weight, i) => Math.max(-3e38, Math.min(3e38, weight * (factors[i % OUTPUTS] ?? 1))))
    const model = graphOf((graph, value) =>
      graph.node('MatMul', [value, graph.constant(matrix([INPUTS, OUTPUTS], extreme))]),
    )
    const tame = x.map((value) => value * 1e-3)
    const [before, after] = [
      await ask(model, tame, [ROWS, INPUTS]),
      await ask(halveDense(model, small).model, tame, [ROWS, INPUTS]),
    ]
    for (const [column, factor] of factors.entries()) {
      const of = (values: Float32Array) => values.filter((_, i) => i % OUTPUTS === column)
      expect(largest(of(after), of(before)) / (factor * 1e-3), `× ${factor}`).toBeLessThan(5e-3)
    }
  })
})
