import { describe, expect, it } from 'vitest'
import type { PortRef } from './graph.ts'
import { fieldAt, refText } from './refs.ts'

const from = (step: string): PortRef => ({ from: 'step', step, output: 'out' })

describe('refText', () => {
  it.each<[PortRef, string]>([
    [{ from: 'list', items: [from('train'), { from: 'value', value: 3 }] }, '[train.out, 3]'],
    [{ from: 'either', items: [from('small'), from('large')] }, 'small.out or large.out'],
    [{ from: 'dataset', name: 'flights', version: 2 }, 'dataset flights@2'],
    [{ from: 'catalog', name: 'shuttles' }, 'catalog shuttles'],
    [{ from: 'param', name: 'depth' }, 'param depth'],
    [{ from: 'step', step: 'score', output: 'metrics', path: ['test', 'auc'] }, 'score.metrics.test.auc'],
  ])('%j', (ref, text) => {
    expect(refText(ref)).toBe(text)
  })
})

describe('fieldAt', () => {
  it('finds what is there, and nothing else', () => {
    const value = { test: { auc: 0.8, none: null } }
    expect(fieldAt(value, ['test', 'auc'])).toBe(0.8)
    expect(fieldAt(value)).toBe(value)
    expect(fieldAt(value, ['test', 'none'])).toBeNull()
    for (const path of [['auc'], ['test', 'auc', 'x'], ['test', 'none', 'x'], ['toString'], ['test', '__proto__']]) {
      expect(fieldAt(value, path)).toBeUndefined()
    }
    expect(fieldAt('text', ['length'])).toBeUndefined()
  })
})
