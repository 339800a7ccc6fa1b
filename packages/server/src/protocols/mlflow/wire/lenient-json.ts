import { replaceNumberNames } from '../../../http/number-names.ts'

export type JsonRecord = { readonly [key: string]: unknown }

/**
 * The object of a request's body, as lenient as clients of the protocol need it: tokens `NaN`, `Infinity` and `-Infinity` are taken for the texts
 * of that name, JSON inside a JSON text is read, and what is no object at all is an empty one.
 *
 * @example readLenientJson('{"value": NaN}') // { value: 'NaN' }
 */
export function readLenientJson(text: string): JsonRecord {
  const value = parse(text)
  const inner = typeof value === 'string' ? parse(value) : value
  return isRecord(inner) ? inner : {}
}

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): unknown {
  if (text === '') return undefined
  return tryParse(text) ?? tryParse(replaceNumberNames(text, '"$&"'))
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
