import type { Row } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { parsePlainRequest, soleRowText } from './plain-request.ts'

const cut = (text: string): string | undefined => {
  const { rows } = parsePlainRequest(JSON.parse(text), Date.now)
  return soleRowText(text, rows)
}

describe('soleRowText', () => {
  it.each(['{"a":1}', '{ "a" : 1.50, "b": "x]} ", "c": null }', '{"a":1,"a":2}', '{"zwölf":"€"}'])(
    'is the text of the row %s',
    (row) => {
      const text = cut(`{"rows":[${row}]}`)
      expect(text).toBe(row)
      expect(JSON.parse(text ?? '')).toEqual(JSON.parse(row))
    },
  )

  // Each of these reads as one row, which does not stand where it seems to.
  it.each([
    '{"rows":[1],"rows":[{"a":2}]}',
    '{"rows":[1],"\\u0072ows":[{"a":2}]}',
    '{"rows":[{"a":1}],"rows":[{"a":2}]}',
    '{"rows":[{"rows":1}]}',
    '{"rows":[{"a":"\\n"}]}',
    '{"rows": [{"a":1}]}',
    '{"at":"2026-11-22T09:00:00.000Z","rows":[{"a":1}]}',
    '{"rows":[{"a":1}],"at":"2026-11-22T09:00:00.000Z"}',
    '{"rows":[{"a":1}]}\n',
    '{"rows":[{"a":1},{"a":2}]}',
  ])('is not cut out of %s', (text) => {
    const { rows } = JSON.parse(text) as { readonly rows: readonly Row[] }
    expect(soleRowText(text, rows)).toBeUndefined()
  })
})
