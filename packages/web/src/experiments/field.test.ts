import { parseFilter, parseOrder, RUN_GRAMMAR } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { equalsAny, equalsText, type Field, fieldId, fieldOf, fieldText, orderText, withCondition } from './field.ts'

const FIELDS: readonly Field[] = [
  { kind: 'attribute', key: 'started' },
  { kind: 'metric', key: 'auc' },
  { kind: 'metric', key: 'val/loss of fold: 1' },
  { kind: 'param', key: 'model.depth' },
  { kind: 'tag', key: 'mlflow.user' },
]

describe('a field', () => {
  it.each(FIELDS)('keeps itself through its id: $key', (field) => {
    expect(fieldOf(fieldId(field))).toEqual(field)
  })

  it.each(FIELDS)('is read by the filter language as what it is: $key', (field) => {
    const order = parseOrder([orderText(`-${fieldId(field)}`)], RUN_GRAMMAR)
    expect(order[0]).toMatchObject({ entity: field.kind, key: field.key, isDescending: true })
  })

  it('is compared with any text, quotes among it', () => {
    const value = `it's "so"`
    const [clause] = parseFilter(equalsText({ kind: 'param', key: 'a b' }, value), RUN_GRAMMAR)
    expect(clause).toMatchObject({ entity: 'param', key: 'a b', operator: '=', value })
  })

  it('is one of several texts', () => {
    expect(parseFilter(equalsAny('id', ['a', 'b']), RUN_GRAMMAR)[0]).toMatchObject({
      operator: 'IN',
      value: ['a', 'b'],
    })
  })

  it('adds a condition to those that are there', () => {
    expect(withCondition(undefined, 'a')).toBe('a')
    expect(withCondition(" status = 'failed' ", "params.x = '1'")).toBe("status = 'failed' AND params.x = '1'")
    expect(fieldText({ kind: 'param', key: 'x' })).toBe('params.x')
  })
})
