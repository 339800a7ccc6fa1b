import { describe, expect, it } from 'vitest'
import { graph, step } from '../../test/graphs.ts'
import { resolveParams } from './resolve-params.ts'

const trees = graph('trees', [step('a')], {
  depth: { schema: { type: 'integer', minimum: 1 }, default: 6 },
  until: { schema: { type: 'string', format: 'date' } },
})
const refusal = (given: Record<string, unknown>) => {
  try {
    return resolveParams(trees, given)
  } catch (error) {
    return error
  }
}

describe('resolveParams', () => {
  it('fills in the defaults', () => {
    expect(resolveParams(trees, { until: '2001-03-20' })).toEqual({ depth: 6, until: '2001-03-20' })
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['missing', {}, 'params.until'],
    ['unknown', { until: '2001-03-20', dept: 3 }, 'params.dept'],
    ['of a wrong type', { until: '2001-03-20', depth: 'deep' }, 'params.depth'],
    ['out of range', { until: '2001-03-20', depth: 0 }, 'params.depth'],
    ['in a wrong format', { until: 'soon' }, 'params.until'],
  ])('names a parameter that is %s', (_, given, where) => {
    expect(refusal(given)).toMatchObject({ code: 'INVALID_INPUT', where })
  })

  it('says how a number is given as a text', () => {
    expect(refusal({ until: 2001 })).toMatchObject({
      hint: `A text that looks like JSON is quoted: --param until='"2001"'.`,
    })
    expect(refusal({ until: 'soon' })).toMatchObject({ hint: 'Give a value that fits its schema.' })
  })

  it('suggests the name that was meant', () => {
    expect(refusal({ dept: 3 })).toMatchObject({ hint: 'Did you mean "depth"?' })
  })
})
