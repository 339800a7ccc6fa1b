import { murmur3, RegiaError } from '../../kernel/index.ts'

/**
 * Where a unit stands in [0, 1) for a release: the same unit and salt give the same number everywhere and always, without storage.
 *
 * MurmurHash3 of `salt/unit`, over 2³². Different salts place the same units independently, so that an earlier experiment does not carry over.
 *
 * @param salt - Names the release; a new release takes a new one.
 * @param unit - What is to keep its version: the value of the sticky column.
 * @example assignShare('delays-17', 'AA1042') // the same on every machine
 */
export const assignShare = (salt: string, unit: string): number => murmur3(`${salt}/${unit}`) / 2 ** 32

/** A version's part of the traffic. */
export type RouteShare = { readonly share: number }

/**
 * Which route a unit at `u` takes.
 *
 * The first route is the control and gets what the others leave. While the others' shares grow, units move from the control to them and never
 * back, nor from one of them to another: each grows in a part of [0, 1) of its own, and what does not fit there grows downwards from 1.
 * (Two of several that both outgrow their own part are the only exception.)
 *
 * @param routes - Shape (k,), k ≥ 1; shares in [0, 1], those of all but the first summing to at most 1.
 * @param u - In [0, 1), of {@link assignShare} or random.
 * @returns Index of the route.
 * @throws RegiaError `INVALID_INPUT` when there is no route.
 * @example chooseRoute([{ share: 0.95 }, { share: 0.05 }], 0.03) // 1: the canary
 */
export function chooseRoute(routes: readonly RouteShare[], u: number): number {
  const others = routes.length - 1
  if (others === 1) return u < routes[1]!.share ? 1 : 0
  if (others === 0) return 0
  if (others < 0) throw new RegiaError('INVALID_INPUT', 'There is no route to choose from.', { where: 'routes' })
  const part = Math.min(others - 1, Math.floor(u * others))
  if (u - part / others < routes[part + 1]!.share) return part + 1
  return overflowAt(routes, u)
}

/** Which route's overflow covers `u`, which its own part does not; 0 where none does. */
function overflowAt(routes: readonly RouteShare[], u: number): number {
  const others = routes.length - 1
  const width = 1 / others
  // The free room above u, counted from 1 downwards: overflows fill it one after the other.
  let room = 0
  for (let part = others - 1; part >= 0; part--) {
    const free = Math.max(u, part * width + routes[part + 1]!.share)
    room += Math.max(0, (part + 1) * width - free)
    if (u >= part * width) break
  }
  let filled = 0
  for (let route = 1; route <= others; route++) {
    filled += Math.max(0, routes[route]!.share - width)
    if (room <= filled) return filled === 0 ? 0 : route
  }
  return 0
}
