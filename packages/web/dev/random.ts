/** Repeatable numbers and names for the fixtures. */
export type Random = () => number

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export const digest = (name: string): `sha256:${string}` => {
  const random = createRandom(Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7))
  return `sha256:${Array.from({ length: 64 }, () => '0123456789abcdef'[Math.floor(random() * 16)]).join('')}`
}

export const id = (prefix: string, number: number): string => `${prefix}_${String(number).padStart(16, '0')}`

export const DAY = 86_400_000
export const REPLAY_START = Date.parse('2001-04-01T00:00:00.000Z')
export const iso = (ms: number): string => new Date(ms).toISOString()
export const LONG_NAME = 'a-name-of-eighty-characters-that-somebody-gave-to-see-whether-the-page-holds-ok-'
  .slice(0, 79)
  .concat('x')
