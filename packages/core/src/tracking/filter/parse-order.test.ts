import { describe, expect, it } from 'vitest'
import { RUN_GRAMMAR } from './grammars.ts'
import { parseOrder } from './parse-order.ts'

const parsed = (...texts: readonly string[]) =>
  parseOrder(texts, RUN_GRAMMAR).map(
    ({ entity, key, isDescending }) => `${entity} ${key} ${isDescending ? 'down' : 'up'}`,
  )

describe('parseOrder', () => {
  it('reads fields with and without a direction', () => {
    expect(parsed('metrics.rmse DESC', 'start_time asc', 'params.`a b`', 'tags."x y" desc')).toEqual([
      'metric rmse down',
      'attribute started up',
      'param a b up',
      'tag x y down',
    ])
    expect(parsed()).toEqual([])
  })

  it.each([
    ['metrics.a DSC', 'orderBy.0:11', 'ASC, DESC or the end'],
    ['', 'orderBy.0:1', 'what to compare'],
    ['datasets.name', 'orderBy.0:1', 'a field by which runs are ordered'],
    ['note', 'orderBy.0:1', 'a field by which runs are ordered'],
    ['startd', 'orderBy.0:1', 'an attribute of runs'],
    ['name, status', 'orderBy.0:5', 'ASC, DESC or the end'],
    ['metrics.`a', 'orderBy.0:9', 'a closing `'],
  ])('refuses %j', (text, where, words) => {
    expect(() => parsed(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', where, message: expect.stringContaining(words) }),
    )
  })

  it('refuses a field that comes twice, whatever it is called', () => {
    expect(() => parsed('started', 'start_time DESC')).toThrow(expect.objectContaining({ where: 'orderBy.1:1' }))
  })

  it('is bounded', () => {
    const fields = Array.from({ length: 31 }, (_, i) => `metrics.m${i}`)
    expect(parsed(...fields.slice(1))).toHaveLength(30)
    expect(() => parsed(...fields)).toThrow(expect.objectContaining({ where: 'orderBy' }))
  })
})
