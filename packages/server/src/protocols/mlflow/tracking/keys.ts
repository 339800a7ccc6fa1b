import { TRACKING_LIMITS } from '@regia/core'
import { exceedsLength, invalidParameter, invalidValue, type KeyValue } from '../wire/index.ts'
import { pythonText } from './python-text.ts'
import { NOTE_TAG } from './vocabulary.ts'

const ALLOWED = /^[/\p{L}\p{N}\p{M}_.\- :]*$/u
/** Has no path inside that could be another's. */
const PLAIN = /^[A-Za-z0-9_\- :]+$/

/** The key of a metric, param or tag, as the protocol checks it. `path` is only made for the message. */
export function assertKey(key: string, path: () => string): void {
  if (PLAIN.test(key)) return
  if (!ALLOWED.test(key)) throw invalidParameter(invalidValue(path(), key, BAD_CHARACTERS))
  const resolved = resolvePath(key)
  if (resolved === key && resolved !== '.' && !/^(\.\.|\/)/.test(resolved)) return
  throw invalidParameter(
    invalidValue(
      path(),
      key,
      `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to ${pythonText(resolved)}`,
    ),
  )
}

const BAD_CHARACTERS =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).'

/** As POSIX resolves a path. @example resolvePath('a/../b') // 'b' */
function resolvePath(path: string): string {
  const root = path.startsWith('/') ? '/' : ''
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (root === '') parts.push('..')
  }
  return root + parts.join('/') || '.'
}

/** A param as it is kept: a value that is too long is cut off. */
export function toParam({ key, value }: KeyValue, path = ''): KeyValue {
  assertKey(key, () => below(path, 'key'))
  assertLength('Param key', key)
  return { key, value: cut(value, TRACKING_LIMITS.paramValueLength) }
}

/** A run's tag as it is kept: a value that is too long is cut off. */
export function toTag({ key, value }: KeyValue, path = ''): KeyValue {
  assertKey(key, () => below(path, 'key'))
  assertLength(below(path, 'key'), key)
  return { key, value: cut(value, key === NOTE_TAG ? TRACKING_LIMITS.noteLength : TRACKING_LIMITS.tagValueLength) }
}

export function assertExperimentTag({ key, value }: KeyValue): void {
  assertKey(key, () => 'key')
  assertLength('key', key)
  assertLength('value', value, TRACKING_LIMITS.experimentTagValueLength)
}

export function assertLength(name: string, text: string, most: number = TRACKING_LIMITS.keyLength): void {
  if (text.length > most) throw exceedsLength(name, most)
}

/** Never in the middle of a letter of two units. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most
  return text.slice(0, end)
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
