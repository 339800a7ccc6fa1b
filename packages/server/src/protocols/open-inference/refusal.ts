import { RegiaError } from '@regia/core'

/** A request that cannot be read, with where and why. */
export const refusal = (where: string, message: string, hint = METADATA_HINT): RegiaError =>
  new RegiaError('INVALID_INPUT', message, { where, hint })

const METADATA_HINT = 'GET the model’s metadata for its inputs and outputs.'

/** What came, in a few words; of what may be nested without end only the kind. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  const isFlat = Array.isArray(value) && value.length <= 8 && value.every((item) => typeof item !== 'object')
  if (isFlat) return `[${value.map((item: unknown) => show(item)).join(',')}]`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return JSON.stringify(value)?.slice(0, 80) ?? 'absent'
}

export const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
