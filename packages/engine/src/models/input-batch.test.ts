import { NULL_INT64, type Row, type Signature } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainOnTrips, trip } from '../../../../tests/fixtures/models/trips.ts'
import { inputBatches, type ModelSession, openModel, writeModelPackage } from './index.ts'

let model: ModelSession
beforeAll(async () => {
  model = await openModel((await writeModelPackage(trainOnTrips())).bytes)
})
afterAll(() => model.close())

describe('inputBatches', () => {
  const cases: readonly [string, Row, string, string][] = [
    [
      'text for a number',
      { ...trip, miles: '300' },
      'COLUMN_TYPE',
      'Input "miles" must be a whole number up to 2^53; got string "300".',
    ],
    ['a fraction', { ...trip, miles: 1.5 }, 'COLUMN_TYPE', 'Input "miles" must be a whole number up to 2^53; got 1.5.'],
    [
      'a number beyond 2^53',
      { ...trip, miles: 2 ** 53 },
      'COLUMN_TYPE',
      'Input "miles" must be a whole number up to 2^53; got 9007199254740992.',
    ],
    ['NaN', { ...trip, wind: Number.NaN }, 'COLUMN_TYPE', 'Input "wind" must be a finite number; got NaN.'],
    [
      'an infinity',
      { ...trip, wind: Number.NEGATIVE_INFINITY },
      'COLUMN_TYPE',
      'Input "wind" must be a finite number; got -Infinity.',
    ],
    [
      'more than a 32-bit float holds',
      { ...trip, wind: 1e39 },
      'COLUMN_TYPE',
      'Input "wind" must be a finite number; got 1e+39.',
    ],
    [
      'a number for text',
      { ...trip, place: 7 },
      'COLUMN_TYPE',
      'Input "place" must be text without the character NUL; got 7.',
    ],
    [
      'a NUL',
      { ...trip, place: 'a\0' },
      'COLUMN_TYPE',
      'Input "place" must be text without the character NUL; got string "a\\u0000".',
    ],
    [
      'text for a truth value',
      { ...trip, isFull: 'yes' },
      'COLUMN_TYPE',
      'Input "isFull" must be true or false; got string "yes".',
    ],
    [
      'a time that is none',
      { ...trip, at: '2001-13-01' },
      'COLUMN_TYPE',
      'Input "at" must be an ISO-8601 time such as "2001-01-31T10:05:00Z" or milliseconds since 1970; got string "2001-13-01".',
    ],
    [
      'null where training had none',
      { ...trip, miles: null },
      'COLUMN_TYPE',
      'Input "miles" is null; the model was trained without nulls in it.',
    ],
    [
      'a missing input',
      { at: trip.at, place: 'JFK', wind: 1, isFull: true },
      'COLUMN_MISSING',
      'Input "miles" (int) is missing.',
    ],
    ['an unknown input', { ...trip, mles: 1 }, 'COLUMN_UNKNOWN', 'The model has no input "mles".'],
    [
      'an inherited name',
      JSON.parse(`{"at":1,"miles":1,"place":"JFK","isFull":true,"__proto__":1}`),
      'COLUMN_UNKNOWN',
      'The model has no input "__proto__".',
    ],
  ]
  it.each(cases)('refuses %s, naming field and row', (_, bad, code, message) => {
    const batch = inputBatches(model.signature)()
    expect(() => batch.append([trip, bad])).toThrowError(expect.objectContaining({ code, message }))
    try {
      batch.append([trip, bad])
    } catch (error) {
      expect(error).toMatchObject({ where: expect.stringMatching(/^rows\[1\]\./), data: { row: 1 } })
    }
    expect(batch.rowCount).toBe(0)
  })

  it('takes a lacking nullable input as null, and times as text or milliseconds', async () => {
    const { wind: _, ...windless } = trip
    const at = Date.parse(trip.at)
    const [a, b, c] = (await model.predictRows([windless, { ...trip, wind: null }, { ...windless, at }])).scores
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

  it('says null in each type as the graph understands it', () => {
    const types = ['float', 'int', 'bool', 'string', 'timestamp'] as const
    const inputs = types.map((type) => ({ name: type, type, nullable: true }))
    const batch = inputBatches({ inputs, task: 'regression', target: 'y' })()
    batch.append([
      { float: null, int: null, bool: null, string: null, timestamp: null },
      { bool: false },
      { bool: true },
    ])
    const [floats, ints, bools, texts, times] = batch.columns()
    expect(floats).toEqual(new Float32Array([Number.NaN, Number.NaN, Number.NaN]))
    expect(ints).toEqual(BigInt64Array.from([NULL_INT64, NULL_INT64, NULL_INT64]))
    expect(bools).toEqual(new Float32Array([Number.NaN, 0, 1]))
    expect(texts).toEqual(['', '', ''])
    expect(times).toEqual(ints)
  })
})
