import type { Rng } from '@regia/core'

/** Values that readers of requests trip over. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, 2 ** 63, 1e-320, '', 'x', '\0', 'é\u{1F600}', '__proto__'],
  ...[[], {}, [[]], [null], [[[1]]], { a: 1 }, 'NaN', 'FP16', 'BYTES', 'INT64', 10_001, [2 ** 31], [-1, -1], [1, 1, 1]],
]

/** A copy of a JSON value with one place changed: another value, nothing, twice, or under another name. */
export function mutateJson(value: unknown, rng: Rng): unknown {
  const pick = <Item>(items: readonly Item[]): Item => items[rng.integer(items.length)]!
  if (rng.next() < 0.15 || typeof value !== 'object' || value === null) return pick(ODD)
  if (Array.isArray(value)) {
    if (value.length === 0 || rng.next() < 0.1) return [...value, pick(ODD)]
    const place = rng.integer(value.length)
    if (rng.next() < 0.15) return value.filter((_, i) => i !== place)
    if (rng.next() < 0.15) return [...value, value[place]]
    return value.map((item: unknown, i) => (i === place ? mutateJson(item, rng) : item))
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || rng.next() < 0.1) return { ...value, [String(pick(ODD))]: pick(ODD) }
  const place = rng.integer(entries.length)
  const kind = rng.next()
  if (kind < 0.15) return Object.fromEntries(entries.filter((_, i) => i !== place))
  if (kind < 0.25) return Object.fromEntries(entries.map(([key, item], i) => [i === place ? `${key}x` : key, item]))
  return Object.fromEntries(entries.map(([key, item], i) => [key, i === place ? mutateJson(item, rng) : item]))
}

/** A copy of bytes with some flipped, cut off, put in or doubled. */
export function mutateBytes(bytes: Uint8Array, rng: Rng): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes)
  const kind = rng.integer(5)
  const place = rng.integer(Math.max(1, copy.byteLength))
  if (kind === 0) return copy.subarray(0, place)
  if (kind === 1) return Buffer.concat([copy.subarray(0, place), Buffer.from([rng.integer(256)]), copy.subarray(place)])
  if (kind === 2) return Buffer.concat([copy, copy.subarray(place)])
  for (let flips = 1 + rng.integer(kind === 3 ? 1 : 8); flips > 0 && copy.byteLength > 0; flips--) {
    copy[rng.integer(copy.byteLength)] = rng.integer(256)
  }
  return copy
}
