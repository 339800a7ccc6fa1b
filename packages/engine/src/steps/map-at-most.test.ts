import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { mapAtMost } from './map-at-most.ts'

describe('mapAtMost', () => {
  it('keeps the order and never has more under way than it may', async () => {
    let underWay = 0
    let most = 0
    const doubled = await mapAtMost(3, [5, 1, 4, 2, 3], async (item, index) => {
      most = Math.max(most, ++underWay)
      for (let turns = 0; turns < item; turns++) await nextTurn()
      underWay--
      return [index, 2 * item]
    })
    expect(doubled).toEqual([
      [0, 10],
      [1, 2],
      [2, 8],
      [3, 4],
      [4, 6],
    ])
    expect(most).toBe(3)
    expect(await mapAtMost(3, [], async () => 1)).toEqual([])
  })

  it('throws the first failure and begins nothing after it', async () => {
    const begun: number[] = []
    const failing = mapAtMost(2, [1, 2, 3, 4, 5], async (item) => {
      begun.push(item)
      await nextTurn()
      if (item === 2) throw new Error('no 2')
      await nextTurn()
    })
    await expect(failing).rejects.toThrow('no 2')
    for (let turns = 0; turns < 5; turns++) await nextTurn()
    expect(begun).toEqual([1, 2])
  })
})
