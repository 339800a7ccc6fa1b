import { isRecord, type JsonRecord } from './lenient-json.ts'
import { invalidType, missingParameter } from './parameter-fault.ts'

/** What a decoder answers for a value of another type. */
export const UNREADABLE = Symbol('unreadable')

/**
 * A field of a request. `decode` sees what came, never `null` or nothing, and may throw a more exact error than `UNREADABLE` gives. Fields are looked at
 * in the order of their table.
 */
export type Field<T, Required extends boolean = boolean> = {
  readonly decode: (raw: unknown, name: string) => T | typeof UNREADABLE
  readonly isRequired: Required
  /** In a query it may come several times. */
  readonly isList: boolean
  /** A value of another type counts as none, without a word. */
  readonly isIgnoredUnreadable: boolean
}

export type Fields = Readonly<Record<string, Field<unknown>>>
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T, infer R> ? (R extends true ? T : T | undefined) : never
}

const plain = <T>(decode: Field<T>['decode'], isList = false): Field<T, false> => ({
  decode,
  isRequired: false,
  isList,
  isIgnoredUnreadable: false,
})

/** Missing, `null` or `""` is an error. */
export const required = <T>(field: Field<T>): Field<T, true> => ({ ...field, isRequired: true })
/** What `check` throws is told where the type is right. */
export const checked = <T, R extends boolean>(field: Field<T, R>, check: (value: T) => void): Field<T, R> => ({
  ...field,
  decode: (raw, name) => {
    const value = field.decode(raw, name)
    if (value !== UNREADABLE) check(value)
    return value
  },
})

export const text = (): Field<string, false> => plain((raw) => (typeof raw === 'string' ? raw : UNREADABLE))
/** Text, or a number in its place. */
export const identifier = (): Field<string, false> =>
  plain((raw) => (typeof raw === 'string' ? raw : Number.isSafeInteger(raw) ? String(raw) : UNREADABLE))
/** A number or its text; a fraction is cut off. */
export const int64 = (): Field<number, false> => plain(decodeInt64)
/** A number, its text, `true`, `"NaN"`, `"Infinity"` or `"-Infinity"`. */
export const double = (): Field<number, false> => plain(decodeDouble)
/** In a query the words `true` and `false`. */
export const flag = (): Field<boolean, false> => plain(decodeFlag)
/** The name of one of a few, or its number; any other counts as none. */
export const choice = <Name extends string>(names: Readonly<Record<Name, number>>): Field<Name, false> => ({
  ...plain((raw) => decodeChoice(names, raw)),
  isIgnoredUnreadable: true,
})
export const texts = (): Field<readonly string[], false> =>
  plain((raw) => (Array.isArray(raw) && raw.every((item) => typeof item === 'string') ? raw : UNREADABLE), true)
/** Texts, or numbers in their place. */
export const identifiers = (): Field<readonly string[], false> =>
  plain((raw) => (Array.isArray(raw) && raw.every(isIdentifier) ? raw.map(String) : UNREADABLE), true)
/** Objects, each read by the same function; its `path` is such as `tags[3]`. */
export const records = <T>(read: (item: JsonRecord, path: string) => T): Field<readonly T[], false> =>
  plain((raw, name) => decodeRecords(raw, name, read), true)
export const record = <T>(read: (item: JsonRecord, path: string) => T): Field<T, false> =>
  plain((raw, name) => (isRecord(raw) ? read(raw, name) : UNREADABLE))

/** Tags or params: a list of `{key, value}`. A missing key is an error where they are `required`, a missing value is `""`. */
export const keyValues = (keys: 'required' | 'any' = 'any') =>
  records((item, path): KeyValue => {
    const key = textOf(item, 'key', path)
    if (keys === 'required' && key === '') throw missingParameter(`${path}.key`)
    return { key, value: textOf(item, 'value', path) }
  })
export type KeyValue = { readonly key: string; readonly value: string }

/** A text inside an object of a list; `""` for none. */
export function textOf(item: JsonRecord, name: string, path: string): string {
  const raw = item[name]
  if (typeof raw === 'string') return raw
  if (raw === undefined || raw === null) return ''
  throw invalidType(`${path}.${name}`, raw)
}

/** Beyond what a double counts exactly it is unreadable. */
export function decodeInt64(raw: unknown): number | typeof UNREADABLE {
  const value = decodeDouble(raw)
  return value !== UNREADABLE && Number.isSafeInteger(Math.trunc(value)) ? Math.trunc(value) : UNREADABLE
}

export function decodeDouble(raw: unknown): number | typeof UNREADABLE {
  if (typeof raw === 'number') return raw
  if (typeof raw === 'boolean') return Number(raw)
  if (typeof raw !== 'string') return UNREADABLE
  const trimmed = raw.trim()
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed)
  return NAMED_NUMBERS.get(trimmed.toLowerCase()) ?? UNREADABLE
}

const NAMED_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])

function decodeFlag(raw: unknown): boolean | typeof UNREADABLE {
  if (typeof raw === 'boolean') return raw
  if (typeof raw !== 'string' || !/^(true|false)$/i.test(raw)) return UNREADABLE
  return raw.toLowerCase() === 'true'
}

function decodeChoice<Name extends string>(names: Readonly<Record<Name, number>>, raw: unknown) {
  for (const name in names) if (name === raw || names[name] === raw || String(names[name]) === raw) return name
  return UNREADABLE
}

function decodeRecords<T>(raw: unknown, name: string, read: (item: JsonRecord, path: string) => T) {
  if (!Array.isArray(raw)) return UNREADABLE
  return raw.map((item: unknown, i) => {
    if (!isRecord(item)) throw invalidType(`${name}[${i}]`, item)
    return read(item, `${name}[${i}]`)
  })
}

const isIdentifier = (item: unknown): item is string | number => typeof item === 'string' || Number.isSafeInteger(item)
