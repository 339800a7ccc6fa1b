/** A seeded source of randomness. Equal seeds give equal sequences on every machine. */
export type Rng = {
  /** Uniform in [0, 1), 32 bits. */
  readonly next: () => number
  /** Uniform integer in [0, limit). */
  readonly integer: (limit: number) => number
  /** Standard normal. */
  readonly normal: () => number
  /** An independent generator, for work that runs in parallel. */
  readonly fork: (label: string) => Rng
}

/**
 * A small fast generator (sfc32), seeded by a number or text.
 *
 * Not for secrets. @see Doty-Humphrey, PractRand: sfc32.
 * @example createRng(7).next() // the same on every machine
 */
export function createRng(seed: number | string): Rng {
  const next = sfc32(seedWords(String(seed)))
  return {
    next,
    integer: (limit) => Math.floor(next() * limit),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork: (label) => createRng(`${seed}/${label}`),
  }
}

/** Shuffles a copy (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const copy = [...items]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1)
    const held = copy[i]!
    copy[i] = copy[j]!
    copy[j] = held
  }
  return copy
}

function seedWords(text: string): [number, number, number, number] {
  // FNV-1a with four offsets: enough to spread near-by seeds, and reproducible without a library.
  const words = [0x811c9dc5, 0x1000193, 0x9e3779b9, 0x85ebca6b].map((offset) => {
    let hash = offset
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    return hash >>> 0
  })
  return words as [number, number, number, number]
}

function sfc32([w0, w1, w2, w3]: [number, number, number, number]): () => number {
  let a = w0
  let b = w1
  let c = w2
  let counter = w3
  const step = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) step()
  return step
}
