import { RegiaError } from './errors.ts'

export type JsonPrimitive = string | number | boolean | null
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue }

/**
 * The canonical JSON text of a value (RFC 8785): keys sorted by UTF-16 unit, no white space, numbers as ECMAScript prints them.
 * Equal values give equal texts, so its hash identifies the value. Keys whose value is `undefined` are left out.
 *
 * @throws RegiaError `INVALID_INPUT` for what JSON cannot hold: NaN, infinities, functions, bigints, cycles.
 * @example canonicalJson({ b: 1, a: [true, null] }) // '{"a":[true,null],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return encode(value, '$', new Set())
}

function encode(value: unknown, path: string, open: Set<object>): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value)
    throw unsupported(path, String(value))
  }
  if (typeof value !== 'object') throw unsupported(path, typeof value)
  if (open.has(value)) throw unsupported(path, 'a cycle')
  open.add(value)
  const text = Array.isArray(value) ? encodeArray(value, path, open) : encodeObject(value, path, open)
  open.delete(value)
  return text
}

function encodeArray(values: readonly unknown[], path: string, open: Set<object>): string {
  return `[${values.map((item, i) => encode(item, `${path}[${i}]`, open)).join(',')}]`
}

function encodeObject(value: object, path: string, open: Set<object>): string {
  const plain: Record<string, unknown> = 'toJSON' in value ? JSON.parse(JSON.stringify(value)) : { ...value }
  const keys = Object.keys(plain)
    .filter((key) => plain[key] !== undefined)
    .sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${encode(plain[key], `${path}.${key}`, open)}`).join(',')}}`
}

function unsupported(path: string, got: string): RegiaError {
  return new RegiaError('INVALID_INPUT', `JSON cannot hold ${got}.`, {
    where: path,
    hint: 'Use null, a string or a finite number.',
  })
}
