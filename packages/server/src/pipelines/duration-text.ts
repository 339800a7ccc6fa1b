const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** A length of time as people write it. @example durationText(5_400_000) // '90m' */
export function durationText(ms: number): string {
  const unit = UNITS.find(([, unitMs]) => ms >= unitMs && ms % unitMs === 0)
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`
}
