export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Midnight UTC of a day such as `2001-04-01`. */
export const midnight = (day: string): number => Date.parse(`${day}T00:00:00Z`)

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
