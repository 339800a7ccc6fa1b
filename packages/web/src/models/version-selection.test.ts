import { describe, expect, it } from 'vitest'
import { comparedPair, selectedVersions, toggledVersion } from './version-selection.ts'

describe('versions that are selected', () => {
  it('are two at most, the last two', () => {
    expect(toggledVersion([], 3)).toEqual([3])
    expect(toggledVersion([3], 3)).toEqual([])
    expect(toggledVersion([3, 1], 7)).toEqual([1, 7])
  })

  it('are read from the address, whatever it says', () => {
    expect(selectedVersions('12,3')).toEqual([12, 3])
    expect(selectedVersions('x,-1,2.5,4,5,6')).toEqual([4, 5])
    expect(selectedVersions(undefined)).toEqual([])
  })

  it('are compared from the older to the newer', () => {
    expect(comparedPair([12, 3])).toEqual({ before: '3', after: '12' })
    expect(comparedPair([12])).toBeUndefined()
  })
})
