/** A double in a reply: NaN is the text `NaN`, an infinity the greatest double, as the original's SQL store answers them. */
export function toWireNumber(value: number): number | 'NaN' {
  if (Number.isFinite(value)) return value
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE
}
