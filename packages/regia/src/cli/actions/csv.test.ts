import { describe, expect, it } from 'vitest'
import { parseCsv } from './csv.ts'

describe('parseCsv', () => {
  it.each([
    ['a,b\n1,2\n', [{ a: '1', b: '2' }]],
    [
      'a,b\r\n1,2\r\n3,4',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['a,b\n"x, y","say ""hi"""\n', [{ a: 'x, y', b: 'say "hi"' }]],
    ['a,b\n"two\nlines",\n', [{ a: 'two\nlines', b: '' }]],
    ['a,b\n,\n', [{ a: '', b: '' }]],
    ['a\n1\n\n2\n', [{ a: '1' }, { a: '2' }]],
    ['a,b\n', []],
  ])('reads %j', (text, rows) => {
    expect(parseCsv(text, 'x.csv')).toEqual(rows)
  })

  it('says where a row does not fit the header', () => {
    expect(() => parseCsv('a,b\n1,2\n1,2,3\n', 'x.csv')).toThrow('Row 2 has 3 cells, and the header 2.')
    expect(() => parseCsv('', 'x.csv')).toThrow('The CSV file is empty.')
  })
})
