import type { Signature } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { decodeInfer } from './decode-infer.ts'
import type { TensorMessage } from './infer-message.ts'
import { modelMetadata } from './metadata.ts'

/** Two tensors of a graph, of several columns and of one; a column that no tensor holds names an entity. */
const signature: Signature = {
  inputs: [
    { name: 'size', type: 'float', nullable: true },
    { name: 'count', type: 'int', nullable: false },
    { name: 'flag', type: 'bool', nullable: false },
    { name: 'place', type: 'string', nullable: false },
    { name: 'customer', type: 'string', nullable: true },
  ],
  task: 'regression',
  target: 'y',
  tensors: [
    { name: 'numbers', datatype: 'FP32', columns: ['size', 'count', 'flag'], isMatrix: true },
    { name: 'place', datatype: 'BYTES', columns: ['place'], isMatrix: true },
  ],
  outputs: { value: 'y', columns: 0 },
}

const json = (name: string, datatype: string, shape: number[], data: unknown): TensorMessage => ({
  ...{ name, datatype, shape },
  elements: { form: 'json', data, exact: () => data },
})
const decode = (...inputs: TensorMessage[]) =>
  decodeInfer(
    { parameters: {}, inputs },
    signature,
    () => 0,
    () => 0,
  ).rows
const place = json('place', 'BYTES', [2, 1], ['north', 'south'])
const numbers = (data: unknown) => json('numbers', 'FP32', [2, 3], data)

describe('tensors of a graph', () => {
  it('become cells of their columns’ types, beside a column of no tensor', () => {
    const customer = json('customer', 'BYTES', [2], ['a', 'b'])
    expect(decode(numbers([1.5, 2, 1, null, 3, 0]), place, customer)).toEqual([
      { size: 1.5, count: 2, flag: true, place: 'north', customer: 'a' },
      { size: null, count: 3, flag: false, place: 'south', customer: 'b' },
    ])
  })

  it('stand beside columns that are tensors themselves, in either shape', () => {
    const columns = [
      json('size', 'FP64', [2], [1, 2]),
      json('count', 'INT64', [2], [3, 4]),
      json('flag', 'BOOL', [2], [true, false]),
    ]
    expect(decode(...columns, json('place', 'BYTES', [2], ['north', 'south']))[1]).toEqual({
      ...{ size: 2, count: 4, flag: false, place: 'south' },
    })
  })

  it.each([
    ['a fraction for whole numbers', [1, 2.5, 1, 1, 3, 0], '2.5 in row 0, column 1 ("count"); expected a whole number'],
    ['a number for a truth', [1, 2, 1, 1, 3, 2], '2 in row 1, column 2 ("flag"); expected 0 or 1 in FP32'],
    ['a missing value where none may be', [1, 2, 1, 1, null, 0], 'null in row 1, column 1 ("count")'],
  ])('refuse %s', (_, data, message) => {
    expect(() => decode(numbers(data), place)).toThrow(message)
  })

  it('refuse rows that differ', () => {
    expect(() => decode(numbers([1, 2, 1, 1, 3, 0]), json('place', 'BYTES', [1], ['north']))).toThrow(
      'Input "place" has 1 rows, but "numbers" has 2',
    )
  })

  it('are listed, and what no tensor holds after them', () => {
    expect(modelMetadata('m', 1, signature).inputs).toEqual([
      { name: 'numbers', datatype: 'FP32', shape: [-1, 3] },
      { name: 'place', datatype: 'BYTES', shape: [-1, 1] },
      { name: 'customer', datatype: 'BYTES', shape: [-1] },
    ])
  })
})
