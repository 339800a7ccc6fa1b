import type { Clock } from '@regia/core'

export type RateLimit = {
  /** Takes one; false where the sender has none left now. */
  readonly take: (sender: string) => boolean
}

type Bucket = { readonly tokens: number; readonly at: number }

/** Senders that are remembered; beyond, who was quiet the longest is forgotten. */
const MAX_SENDERS = 10_000

/**
 * A token bucket for each sender.
 *
 * @param burst - How many at once after a pause.
 * @param perMs - How many more each millisecond brings.
 */
export function createRateLimit(clock: Clock, burst: number, perMs: number): RateLimit {
  const buckets = new Map<string, Bucket>()
  return {
    take: (sender) => {
      const now = clock()
      const { tokens, at } = buckets.get(sender) ?? { tokens: burst, at: now }
      const filled = Math.min(burst, tokens + Math.max(0, now - at) * perMs)
      buckets.delete(sender)
      buckets.set(sender, { tokens: filled >= 1 ? filled - 1 : filled, at: now })
      if (buckets.size > MAX_SENDERS) buckets.delete(buckets.keys().next().value ?? '')
      return filled >= 1
    },
  }
}
