import { describe, expect, it } from 'vitest'
import { decodeModel, encodeModel } from '../../../packages/core/src/onnx/index.ts'
import fixture from '../training.json' with { type: 'json' }

const foreign = Uint8Array.from(Buffer.from(fixture.foreignModel, 'base64'))

describe('decodeModel', () => {
  const model = decodeModel(foreign)

  it('reads a model of another tool: versions, inputs and outputs', () => {
    expect(model).toMatchObject({ irVersion: 8, producerName: 'other', opsets: { '': 17, 'ai.onnx.ml': 3 } })
    expect(model.graph.inputs).toEqual([
      { name: 'x', type: { kind: 'tensor', elementType: 'float', shape: ['batch', 2] } },
      { name: 'c', type: { kind: 'tensor', elementType: 'bool', shape: [] } },
    ])
    expect(model.graph.outputs).toEqual([
      { name: 'y', type: { kind: 'tensor', elementType: 'float', shape: [null, 1] } },
      { name: 'maps', type: { kind: 'other' } },
    ])
  })

  it('reads tensors from typed fields', () => {
    expect(model.graph.initializers).toEqual([
      { name: 'w', elementType: 'float', dims: [2, 1], data: Float32Array.of(1.5, -2.25) },
      { name: 'i', elementType: 'int64', dims: [3], data: BigInt64Array.of(-(2n ** 63n), -1n, 2n ** 62n) },
      { name: 'd', elementType: 'double', dims: [1], data: Float64Array.of(0.1) },
      { name: 'b8', elementType: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
      { name: 's', elementType: 'string', dims: [2], data: ['a', 'é'] },
    ])
  })

  it('reads nodes with attributes of every type, nested graphs too', () => {
    const [multiply, branch, zipMap] = model.graph.nodes
    expect(multiply).toEqual({
      name: 'multiply',
      opType: 'MatMul',
      domain: '',
      inputs: ['x', 'w'],
      outputs: ['y'],
      attributes: {},
    })
    expect(branch!.attributes.then_branch).toMatchObject({
      type: 'graph',
      value: { name: 'branch', nodes: [{ opType: 'Identity' }] },
    })
    expect(zipMap).toMatchObject({
      domain: 'ai.onnx.ml',
      attributes: {
        classlabels_int64s: { type: 'ints', value: [-3, 2 ** 40] },
        some_float: { type: 'float', value: 0.5 },
        some_text: { type: 'string', value: 'é' },
      },
    })
  })

  it('refuses to write what it could not read', () => {
    expect(() => encodeModel(model)).toThrow('unreachable')
    const readable = { ...model, graph: { ...model.graph, outputs: model.graph.outputs.slice(0, 1) } }
    expect(decodeModel(encodeModel(readable))).toEqual(readable)
  })

  it.each([
    ['an empty file', new Uint8Array()],
    ['text', Uint8Array.from(Buffer.from('<html>not a model</html>'))],
    ['a file that was cut off', foreign.slice(0, foreign.length - 40)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }))
  })
})
