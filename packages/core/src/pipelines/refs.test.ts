import { describe, expect, it } from 'vitest'
import type { PortRef } from './graph.ts'
import { refText } from './refs.ts'

const from = (step: string): PortRef => ({ from: 'step', step, output: 'out' })

describe('refText', () => {
  it.each<[PortRef, string]>([
    [{ from: 'list', items: [from('train'), { from: 'value', value: 3 }] }, '[train.out, 3]'],
    [{ from: 'either', items: [from('small'), from('large')] }, 'small.out or large.out'],
    [{ from: 'dataset', name: 'flights', version: 2 }, 'dataset flights@2'],
    [{ from: 'catalog', name: 'shuttles' }, 'catalog shuttles'],
    [{ from: 'param', name: 'depth' }, 'param depth'],
  ])('%j', (ref, text) => {
    expect(refText(ref)).toBe(text)
  })
})
