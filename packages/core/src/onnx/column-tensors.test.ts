import { describe, expect, it } from 'vitest'
import { boolColumn, floatColumn, intColumn, makeTable, stringColumn, timestampColumn } from '../table/index.ts'
import { inputTensors, NULL_INT64 } from './column-tensors.ts'
import { createGraphBuilder } from './graph-builder.ts'

const table = makeTable({
  name: stringColumn(['a', null]),
  size: floatColumn([0.1, null]),
  count: intColumn([-(2 ** 53) + 1, null]),
  at: timestampColumn([980_935_500_000, -1]),
  on: boolColumn([true, false]),
  maybe: boolColumn([true, null]),
})
const column = (name: keyof typeof table.columns & string, nullable = true) => ({
  name,
  type: table.columns[name]!.type,
  nullable,
})

describe('inputTensors', () => {
  it('says null as each element type can', () => {
    const tensors = inputTensors(table, [
      column('name'),
      column('size'),
      column('count'),
      column('at'),
      column('on', false),
      column('maybe'),
    ])
    const dims = [2, 1]
    expect(tensors).toEqual([
      { name: 'name', elementType: 'string', dims, data: ['a', ''] },
      { name: 'size', elementType: 'float', dims, data: Float32Array.of(0.1, Number.NaN) },
      { name: 'count', elementType: 'int64', dims, data: BigInt64Array.of(-(2n ** 53n) + 1n, NULL_INT64) },
      { name: 'at', elementType: 'int64', dims, data: BigInt64Array.of(980_935_500_000n, -1n) },
      { name: 'on', elementType: 'bool', dims, data: Uint8Array.of(1, 0) },
      { name: 'maybe', elementType: 'float', dims, data: Float32Array.of(1, Number.NaN) },
    ])
  })

  it('turns every whole number into the same INT64', () => {
    const numbers = [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), 2 ** 32 - 1, 2 ** 53 - 1, 1 - 2 ** 53]
    const [tensor] = inputTensors(makeTable({ x: intColumn(numbers) }), [{ name: 'x', type: 'int', nullable: false }])
    expect(tensor!.data).toEqual(BigInt64Array.from(numbers, BigInt))
  })

  it('refuses null in a bool column that may not be null', () => {
    expect(() => inputTensors(table, [column('maybe', false)])).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', where: 'row 1, column "maybe"' }),
    )
  })

  it('refuses columns of another type', () => {
    for (const input of [
      { ...column('name'), type: 'float' as const },
      { ...column('size'), type: 'string' as const },
    ]) {
      expect(() => inputTensors(table, [input])).toThrow(expect.objectContaining({ code: 'COLUMN_TYPE' }))
    }
    const fractions = makeTable({ size: floatColumn([0, 0.5]) })
    expect(() => inputTensors(fractions, [{ name: 'size', type: 'int', nullable: true }])).toThrow(
      expect.objectContaining({ code: 'COLUMN_TYPE', where: 'row 1, column "size"' }),
    )
  })
})

describe('createGraphBuilder', () => {
  it('gives fresh names, also beside inputs that look like them', () => {
    const graph = createGraphBuilder('g')
    graph.input('Add_1', 'float', [null, 1])
    const sum = graph.node('Add', ['Add_1', 'Add_1'])
    expect(sum).not.toBe('Add_1')
    expect(graph.node('Add', [sum, sum])).not.toBe(sum)
  })

  it('keeps equal constants once', () => {
    const graph = createGraphBuilder('g')
    expect(graph.floats([1, 2])).toBe(graph.floats([1, 2]))
    expect(
      new Set([
        graph.floats(1),
        graph.floats([1]),
        graph.ints(1),
        graph.floats(Number.NaN),
        graph.floats(-0),
        graph.floats(0),
      ]),
    ).toHaveProperty('size', 6)
  })
})
