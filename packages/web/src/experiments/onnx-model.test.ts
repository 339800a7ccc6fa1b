import { createGraphBuilder, encodeModel } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { constantCount, onnxBoxes, operatorCounts, opsetText } from './onnx-model.ts'
import { readOnnxOutline } from './onnx-outline.ts'

function file(): Uint8Array {
  const graph = createGraphBuilder('logistic')
  const x = graph.input('x', 'float', ['batch', 4])
  const scaled = graph.node('Mul', [x, graph.floats([1, 2, 3, 4])])
  const shifted = graph.node('Mul', [scaled, graph.floats([5])])
  graph.node('Sigmoid', [shifted], {}, { output: 'y' })
  graph.output('y', 'float', [null, 2])
  return encodeModel(graph.build())
}

describe('the outline of an ONNX file', () => {
  const outline = readOnnxOutline(file())

  it('tells what goes in, what comes out and what is done', () => {
    expect(outline.inputs).toEqual([{ name: 'x', type: 'float [batch, 4]' }])
    expect(outline.outputs).toEqual([{ name: 'y', type: 'float [?, 2]' }])
    expect(operatorCounts(outline)).toEqual([
      { name: 'Mul', count: 2 },
      { name: 'Sigmoid', count: 1 },
    ])
    expect(constantCount(outline)).toBe(5)
    expect(opsetText(outline)).toContain('ai.onnx 17')
  })

  it('is drawn from inputs to outputs, without its constants', () => {
    const { boxes, edges } = onnxBoxes(outline)
    expect(boxes.map(({ title }) => title)).toEqual(['x', 'Mul', 'Mul', 'Sigmoid', 'y'])
    expect(edges).toEqual([
      { source: 'in x', target: 'node 0' },
      { source: 'node 0', target: 'node 1' },
      { source: 'node 1', target: 'node 2' },
      { source: 'node 2', target: 'out y' },
    ])
  })

  it.each(['hello, world', '', '\u0000\u0001', '{"a": 1}'])('is none of %j', (text) => {
    expect(() => readOnnxOutline(new TextEncoder().encode(text))).toThrow()
  })

  it('is none of a file that ends too early', () => {
    const bytes = file()
    expect(() => readOnnxOutline(bytes.subarray(0, bytes.length - 9))).toThrow()
  })
})
