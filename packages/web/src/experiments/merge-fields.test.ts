import { describe, expect, it } from 'vitest'
import { mergeFields } from './merge-fields.ts'

const of = (...names: readonly string[]) => names.map((key) => ({ key, runCount: 1 }))
const first = { params: of('a'), metrics: of('m', 'n'), tags: [] }

describe('mergeFields', () => {
  it('has each key once, those that were known first', () => {
    const merged = mergeFields(first, { params: of('b', 'a'), metrics: of('n'), tags: of('t') })
    expect(merged.params.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(merged.metrics.map(({ key }) => key)).toEqual(['m', 'n'])
    expect(merged.tags.map(({ key }) => key)).toEqual(['t'])
  })

  it('is what it was where there is nothing to add', () => expect(mergeFields(first, undefined)).toBe(first))
})
