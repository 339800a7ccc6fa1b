import { expect, it } from 'vitest'
import { toCsv } from './chart-data.ts'

it('writes CSV that keeps commas, quotes, line ends and gaps', () => {
  const csv = toCsv({
    columns: ['time', 'a,b'],
    rows: [
      ['x"y', 1.5],
      ['two\nlines', null],
    ],
  })
  expect(csv).toBe('time,"a,b"\r\n"x""y",1.5\r\n"two\nlines",')
})
