import { createRng } from '@regia/core'

/** Choices that a seed decides. */
export type Random = {
  readonly below: (limit: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <Item>(items: readonly Item[]) => Item
  readonly some: <Item>(items: readonly Item[], atMost: number) => readonly Item[]
}

export function createRandom(seed: number): Random {
  const { next, integer } = createRng(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[integer(items.length)]!
  return {
    below: integer,
    pick,
    chance: (probability) => next() < probability,
    some: (items, atMost) => Array.from({ length: integer(atMost + 1) }, () => pick(items)),
  }
}
