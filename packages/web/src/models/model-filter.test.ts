import { MODEL_GRAMMAR, parseFilter } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { modelFilter } from './model-filter.ts'

describe('modelFilter', () => {
  it('takes words for a piece of a name, quotes and all', () => {
    expect(modelFilter('  ')).toEqual({ filter: undefined })
    expect(modelFilter('pen')).toEqual({ filter: "name ILIKE '%pen%'" })
    for (const text of ["ada's", `"x"`, `ada's "x"`, 'a/b 100 %']) {
      const found = modelFilter(text)
      if (!('filter' in found) || found.filter === undefined) throw new Error(`${text} is no filter`)
      expect(() => parseFilter(found.filter ?? '', MODEL_GRAMMAR)).not.toThrow()
    }
  })

  it('takes what compares for a filter, and says where it is wrong', () => {
    expect(modelFilter("tags.team = 'ops' AND name LIKE 'la%'")).toEqual({
      filter: "tags.team = 'ops' AND name LIKE 'la%'",
    })
    expect(modelFilter("team = 'ops'")).toMatchObject({ fault: { where: 'filter:1' } })
  })
})
