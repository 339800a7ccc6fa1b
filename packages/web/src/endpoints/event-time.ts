import type { Endpoint } from '@regia/core'

const DAY_MS = 86_400_000

/**
 * The event time that a prediction made by hand should carry, or none for now. Where a replay of the past runs, one "now" would put the
 * endpoint's event time years ahead of it, and every window of its monitors would close.
 */
export function eventTimeOf(endpoint: Pick<Endpoint, 'watermark'>, now: number): string | undefined {
  const { watermark } = endpoint
  return watermark !== undefined && now - Date.parse(watermark) > DAY_MS ? watermark : undefined
}
