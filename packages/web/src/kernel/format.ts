const group = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 })

/** At most three significant digits, as people read numbers; `–` where there is none. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 999.5) return size < 99_999.5 ? group(value) : formatCompact(value)
  if (size < 1e-3)
    return value.toExponential(1).replace('e-', '\u00a0×\u00a010⁻').replace(/\d+$/, superscript).replace('-', '−')
  return minus(Number(value.toPrecision(3)).toString())
}

const superscript = (digits: string) => Array.from(digits, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')
const minus = (text: string) => text.replace(/^-/, '−')

/** Counts stay exact up to 99,999; larger ones are shortened: the exact number belongs on hover. */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  return Math.abs(value) < 100_000 ? minus(group(value)) : formatCompact(value)
}

function formatCompact(value: number): string {
  const steps = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const
  const [unit, name] = steps.find(([size]) => Math.abs(value) >= size * 0.9995) ?? [1, '']
  return `${minus(Number((value / unit).toPrecision(3)).toString())}\u00a0${name}`.trim()
}

/** A score such as an AUC: three decimals, always. */
export const formatScore = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? '–'
    : minus(value.toFixed(3).replace(/^-(?=0\.000$)/, ''))

/** A difference of scores, with its sign. */
export const formatDifference = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${value > 0 ? '+' : ''}${formatScore(value)}`

export const formatInterval = (interval: { lower: number; upper: number } | undefined): string =>
  interval ? `${formatScore(interval.lower)} to ${formatScore(interval.upper)}` : ''

/** A fraction 0..1 as a percentage. Never rounds something to 0 % or everything-but-something to 100 %. */
export function formatPercent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return '–'
  if (fraction === 0 || fraction === 1) return `${fraction * 100}\u00a0%`
  const percent = fraction * 100
  if (percent < 0.1) return '<\u00a00.1\u00a0%'
  if (percent > 99.9) return '>\u00a099.9\u00a0%'
  return `${percent < 10 || percent > 99 ? percent.toFixed(1) : Math.round(percent)}\u00a0%`
}

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return '–'
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${Number(value.toPrecision(3))}\u00a0${units[unit]}`
}

/** `0.4 ms`, `3.1 s`, `2 min 10 s`, `3 h 12 min`, `2 d 4 h`. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return '–'
  if (ms < 999.5) return `${Number(ms.toPrecision(ms < 10 ? 2 : 3))}\u00a0ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${Number(seconds.toPrecision(seconds < 10 ? 2 : 3))}\u00a0s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return pair(minutes, 'min', whole % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return pair(hours, 'h', minutes % 60, 'min')
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const pair = (large: number, unit: string, small: number, smallUnit: string) =>
  small === 0 ? `${large}\u00a0${unit}` : `${large}\u00a0${unit} ${small}\u00a0${smallUnit}`

/** Any JSON value on one line, for a table cell. */
export function formatCell(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return Number.isInteger(value) ? minus(String(value)) : formatNumber(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export const shortDigest = (digest: string): string => digest.replace('sha256:', '').slice(0, 10)

/** `1 step`, `2 steps`. */
export const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
