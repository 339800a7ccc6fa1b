import { describe, expect, it } from 'vitest'
import { fieldKind, fieldText, parseField } from './json-schema.ts'

describe('fields from JSON schema', () => {
  it.each([
    [{ type: 'integer' }, 'integer'],
    [{ type: 'string', format: 'date' }, 'date'],
    [{ enum: ['full', 'quick'] }, 'choice'],
    [{ type: 'array', items: { type: 'integer' } }, 'json'],
  ] as const)('enters %j as %s', (schema, kind) => expect(fieldKind(schema)).toBe(kind))
  it('reads back what it wrote', () => {
    for (const [kind, value] of [
      ['integer', 3],
      ['json', [120, 200]],
      ['text', 'a b'],
      ['boolean', false],
    ] as const) {
      expect(parseField(kind, fieldText(value))).toEqual(value)
    }
  })
  it('says what is not a number', () => {
    expect(() => parseField('number', 'many')).toThrow('"many" is not a number')
    expect(() => parseField('integer', '1.5')).toThrow('1.5 is not a whole number')
    expect(parseField('integer', ' ')).toBeUndefined()
  })
})
