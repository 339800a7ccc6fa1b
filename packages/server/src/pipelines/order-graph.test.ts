import { describe, expect, it } from 'vitest'
import { from, graph, isTrue, param, step } from '../../test/graphs.ts'
import { orderGraph } from './order-graph.ts'

const idsOf = (...steps: Parameters<typeof graph>[1][number][]) => orderGraph(graph('g', steps)).map(({ id }) => id)
const refusal = (...steps: Parameters<typeof graph>[1][number][]) => {
  try {
    idsOf(...steps)
    return undefined
  } catch (error) {
    return error
  }
}

describe('orderGraph', () => {
  it('puts each step after what it needs, whatever the order in which they were written', () => {
    expect(idsOf(step('c', { inputs: { x: from('b') } }), step('b', { inputs: { x: from('a') } }), step('a'))).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(idsOf(step('b', { when: isTrue(from('a')) }), step('a'))).toEqual(['a', 'b'])
  })

  it('names the steps of a circle', () => {
    const circle = refusal(
      step('start'),
      step('a', { inputs: { x: from('b'), y: from('start') } }),
      step('b', { inputs: { x: from('a') } }),
    )
    expect(circle).toMatchObject({ code: 'PIPELINE_CYCLE' })
    expect(String(circle)).toMatch(/"a" → "b" → "a"|"b" → "a" → "b"/)
  })

  it('refuses two steps of one name, an input that nothing makes, and a parameter that is not there', () => {
    expect(refusal(step('a'), step('a'))).toMatchObject({ code: 'STEP_OUTPUT_DUPLICATE' })
    expect(refusal(step('a', { inputs: { x: from('nobody') } }))).toMatchObject({ code: 'STEP_INPUT_MISSING' })
    expect(refusal(step('a'), step('b', { inputs: { x: from('a', 'other') } }))).toMatchObject({
      code: 'STEP_INPUT_MISSING',
    })
    expect(refusal(step('a', { inputs: { x: param('depth') } }))).toMatchObject({ code: 'PIPELINE_INVALID' })
  })

  it('orders ten thousand steps at once', () => {
    const steps = Array.from({ length: 10_000 }, (_, i) =>
      step(`s${i}`, i === 0 ? {} : { inputs: { x: from(`s${i - 1}`) } }),
    )
    expect(idsOf(...steps.reverse()).at(-1)).toBe('s9999')
  })
})
