import type { Signature } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { csvLine, csvRows, readCsv } from './index.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const cells = (text: string) => readCsv(bytes(text)).map((record) => record.cells)

const signature: Signature = {
  task: 'regression',
  target: 'value',
  inputs: [
    { name: 'size', type: 'float', nullable: false },
    { name: 'gap', type: 'float', nullable: true },
    { name: 'count', type: 'int', nullable: false },
    { name: 'flag', type: 'bool', nullable: false },
    { name: 'code', type: 'string', nullable: false },
    { name: 'time', type: 'timestamp', nullable: true },
  ],
}
const HEADER = 'size,gap,count,flag,code,time'
const rows = (text: string) => csvRows(bytes(text), signature, { maxRows: 3 })

describe('readCsv', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '"a ""x""","b,c"\n"line\nbreak",',
      [
        ['a "x"', 'b,c'],
        ['line\nbreak', ''],
      ],
    ],
    ['a\n\n1\n\n', [['a'], ['1']]],
    ['a\n""\n', [['a'], ['']]],
    ['\uFEFFa\n1', [['a'], ['1']]],
    ['', []],
  ])('reads %j', (text, expected) => expect(cells(text)).toEqual(expected))

  it('tells the line of a record behind one with line breaks', () => {
    expect(readCsv(bytes('a\n"1\n2"\n3')).map(({ line }) => line)).toEqual([1, 2, 4])
  })

  it.each([
    ['a\n"1', 'broken in line 2. A quote is not closed'],
    ['a\n"1"2', 'broken in line 2. Text follows a closing quote'],
  ])('refuses %j', (text, message) => expect(() => readCsv(bytes(text))).toThrow(message))

  it('writes what it reads', () => {
    const odd = ['a,b', 'say "x"', 'two\nlines', '', 'é']
    expect(cells(csvLine(odd))).toEqual([odd])
  })
})

describe('csvRows', () => {
  it('makes cells by the signature', () => {
    const text = `${HEADER}\n1.5,,3.0,true,007,2001-01-01T10:00:00Z\n-2e3,nan,-4,0,,\n.5,1,2,False,x,978343200000\n`
    expect(rows(text)).toEqual([
      { size: 1.5, gap: null, count: 3, flag: true, code: '007', time: '2001-01-01T10:00:00Z' },
      { size: -2000, gap: null, count: -4, flag: false, code: '', time: null },
      { size: 0.5, gap: 1, count: 2, flag: false, code: 'x', time: 978343200000 },
    ])
  })

  it('takes columns in any order', () => {
    expect(rows('time,code,flag,count,gap,size\n,x,1,2,3,4')).toEqual([
      { size: 4, gap: 3, count: 2, flag: true, code: 'x', time: null },
    ])
  })

  it.each([
    [`${HEADER}\n1,2,3,true,x,`, undefined],
    [`${HEADER}\n1,2,3,true,x`, 'Row 1 has 5 cells; the header has 6'],
    [`${HEADER}\n1,2,3,true,x,\nfar,2,3,true,x,`, 'Column "size" of row 2 is "far"; it must be a number'],
    [`${HEADER}\n,2,3,true,x,`, 'Column "size" of row 1 is empty; it must be a number'],
    [`${HEADER}\n1e999,2,3,true,x,`, 'Column "size" of row 1 is "1e999"'],
    [`${HEADER}\n1,2,3.5,true,x,`, 'Column "count" of row 1 is "3.5"; it must be a whole number up to 2^53'],
    [`${HEADER}\n1,2,9007199254740993,true,x,`, 'Column "count" of row 1 is "9007199254740993"'],
    [`${HEADER}\n1,2,3,yes,x,`, 'Column "flag" of row 1 is "yes"; it must be true or false'],
    [`${HEADER},other\n1,2,3,true,x,,9`, 'The model has no input "other"'],
    ['size,gap,count,flag,time\n1,2,3,true,', 'Input "code" (string) is missing'],
    ['size,count,flag,code\n1,3,true,x', undefined],
    [`${HEADER},size\n1,2,3,true,x,,9`, 'The header names "size" twice'],
    [`${HEADER}\n`, 'The CSV has no rows'],
    ['', 'The CSV has no rows'],
    [`${HEADER}\n${'1,2,3,true,x,\n'.repeat(4)}`, 'There are 4 rows; a request takes 1 to 3'],
  ])('says what is wrong with %j', (text, message) => {
    if (message === undefined) expect(rows(text)).toHaveLength(1)
    else expect(() => rows(text)).toThrow(message)
  })

  it('says in which row, line and column a cell is wrong', () => {
    try {
      rows(`${HEADER}\n1,2,3,true,"a\nb",\n1,x,3,true,y,`)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        code: 'COLUMN_TYPE',
        where: 'row 2 (line 4), column "gap"',
        data: { row: 2, column: 'gap' },
      })
    }
  })
})
