import { endpointSpecSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { membersFirst } from './members-first.ts'

const single = (name: string) => endpointSpecSchema.parse({ name, stable: `${name}@champion` })
const blend = (name: string, ...members: string[]) =>
  endpointSpecSchema.parse({
    name,
    compose: { kind: 'weights', members: members.map((endpoint) => ({ endpoint, weight: 1 })) },
  })
const order = (...specs: Parameters<typeof membersFirst>[0][number][]) => membersFirst(specs).map(({ name }) => name)

describe('membersFirst', () => {
  it('puts what a composition asks before it, also through another composition', () => {
    expect(
      order(blend('all', 'both', 'north'), blend('both', 'south', 'north'), single('north'), single('south')),
    ).toEqual(['south', 'north', 'both', 'all'])
  })

  it('keeps the order otherwise, with members that are declared elsewhere', () => {
    expect(order(single('c'), blend('b', 'elsewhere', 'a'), single('a'))).toEqual(['c', 'a', 'b'])
  })

  it('leaves a circle to the server', () => {
    expect(order(blend('a', 'b', 'c'), blend('b', 'a', 'c'), single('c'))).toHaveLength(3)
  })
})
