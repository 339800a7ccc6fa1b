import { describe, expect, it } from 'vitest'
import {
  boolColumn,
  concatRows,
  filterRows,
  floatColumn,
  fromRows,
  head,
  intColumn,
  makeTable,
  nullCount,
  parseTimestamp,
  selectColumns,
  stringColumn,
  takeRows,
  timestampColumn,
  toRows,
  withColumn,
  withoutColumns,
} from './index.ts'

const rows = [
  { at: '2001-01-31T10:05:00.000Z', miles: 300, origin: 'SEA', late: true, score: 0.5 },
  { at: null, miles: null, origin: null, late: null, score: null },
  { at: '1969-12-31T23:59:59.999Z', miles: -7, origin: 'LAX', late: false, score: -1.25 },
] as const
const types = { at: 'timestamp', miles: 'int', origin: 'string', late: 'bool', score: 'float' } as const
const table = fromRows(rows, types)

const codeOf = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
  return 'nothing thrown'
}

describe('rows', () => {
  it('come back as they went in, for every column type and null', () => {
    expect(toRows(table)).toEqual(rows)
    expect(table.columns.at).toMatchObject({ type: 'timestamp', values: Float64Array.of(980935500000, Number.NaN, -1) })
  })

  it('take a key that is absent as null and leave out keys that no type names', () => {
    expect(toRows(fromRows([{ a: 1 }, { b: 2 }], { a: 'int' }))).toEqual([{ a: 1 }, { a: null }])
  })

  it.each([
    [{ miles: 1.5 }, 'a whole number'],
    [{ at: 'yesterday' }, 'ISO-8601'],
    [{ origin: 3 }, 'text'],
    [{ late: 'yes' }, 'true or false'],
  ])('name the row and the column of a cell that does not fit: %j', (row, expected) => {
    expect(() => fromRows([{}, row], types)).toThrow(
      expect.objectContaining({
        code: 'COLUMN_TYPE',
        where: `row 1, column "${Object.keys(row)[0]}"`,
        message: expect.stringContaining(expected),
      }),
    )
  })

  it('reads a time without an offset as UTC', () => {
    expect(parseTimestamp('2001-01-31 10:05')).toBe(Date.UTC(2001, 0, 31, 10, 5))
    expect(parseTimestamp('2001-01-31')).toBe(Date.UTC(2001, 0, 31))
    expect(parseTimestamp('2001-01-31T10:05:00+02:00')).toBe(Date.UTC(2001, 0, 31, 8, 5))
    expect(parseTimestamp('31.1.2001')).toBeUndefined()
  })
})

describe('columns', () => {
  it('are built from values and nulls', () => {
    expect(stringColumn(['b', null, 'b', 'a'])).toEqual({
      type: 'string',
      codes: Int32Array.of(0, -1, 0, 1),
      categories: ['b', 'a'],
    })
    expect(boolColumn([true, undefined, false]).values).toEqual(Float64Array.of(1, Number.NaN, 0))
    expect(nullCount(floatColumn([1, null, Number.NaN]))).toBe(2)
  })

  it('of whole numbers refuse fractions and name the row', () => {
    expect(() => intColumn([1, 2.5])).toThrow(expect.objectContaining({ code: 'COLUMN_TYPE', where: 'row 1' }))
    expect(codeOf(() => timestampColumn([0.1]))).toBe('COLUMN_TYPE')
  })

  it('of one table have equal lengths', () => {
    expect(() => makeTable({ a: floatColumn([1]), b: floatColumn([1, 2]) })).toThrow(
      'Column "b" has 2 rows, column "a" has 1.',
    )
    expect(codeOf(() => withColumn(table, 'x', floatColumn([1])))).toBe('INVALID_INPUT')
  })
})

describe('operations', () => {
  it('take, filter and head rows', () => {
    expect(toRows(takeRows(table, [2, 0, 2]))).toEqual([rows[2], rows[0], rows[2]])
    expect(toRows(filterRows(table, (row) => row !== 1))).toEqual([rows[0], rows[2]])
    expect(toRows(head(table, 1))).toEqual([rows[0]])
    expect(head(table, 9).rowCount).toBe(3)
    expect(codeOf(() => takeRows(table, [3]))).toBe('INVALID_INPUT')
    expect(codeOf(() => takeRows(table, [-1]))).toBe('INVALID_INPUT')
  })

  it('select, add and leave out columns', () => {
    expect(Object.keys(selectColumns(table, ['score', 'at']).columns)).toEqual(['score', 'at'])
    expect(codeOf(() => selectColumns(table, ['nowhere']))).toBe('COLUMN_MISSING')
    expect(Object.keys(withoutColumns(table, ['at', 'miles', 'nowhere']).columns)).toEqual(['origin', 'late', 'score'])
    expect(toRows(withColumn(table, 'extra', intColumn([1, 2, 3])))[1]).toEqual({ ...rows[1], extra: 2 })
  })

  it('join tables whose dictionaries differ', () => {
    const left = makeTable({ origin: stringColumn(['SEA', null]) })
    const right = makeTable({ origin: stringColumn(['LAX', 'SEA']) })
    expect(toRows(concatRows([left, right])).map((row) => row.origin)).toEqual(['SEA', null, 'LAX', 'SEA'])
    expect(toRows(concatRows([table, table]))).toEqual([...rows, ...rows])
  })

  it('refuse to join tables whose columns differ', () => {
    const one = makeTable({ a: floatColumn([1]) })
    expect(codeOf(() => concatRows([one, makeTable({ b: floatColumn([1]) })]))).toBe('COLUMN_UNKNOWN')
    expect(codeOf(() => concatRows([one, makeTable({})]))).toBe('COLUMN_MISSING')
    expect(codeOf(() => concatRows([one, makeTable({ a: intColumn([1]) })]))).toBe('COLUMN_TYPE')
  })
})
