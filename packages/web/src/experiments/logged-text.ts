import { decodeNumber, type LoggedNumber } from '@regia/core'
import { formatNumber } from '../kernel/format.ts'

/** A logged number; one that went astray is seen as what it is. */
export function formatLogged(value: LoggedNumber | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return formatNumber(value)
  return value === 'NaN' ? 'NaN' : decodeNumber(value) > 0 ? '∞' : '−∞'
}
