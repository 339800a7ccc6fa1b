import { STAGES, type Stage } from '@regia/core'
import {
  checked,
  exceedsLength,
  type Field,
  int64,
  invalidParameter,
  invalidType,
  type KeyValue,
  keyValues,
  required,
  text,
  UNREADABLE,
} from '../wire/index.ts'
import { assertTagKey, assertTagValue } from './registry-tag.ts'

/** The name of a model, which may hold `/` and `:`. */
export const modelName = (field = 'name'): Field<string, true> =>
  required(
    checked(text(), (name) => {
      if (name.trim() === '') throw invalidParameter(`Missing value for required parameter '${field}'.`)
    }),
  )

/** A version's number, which comes as text. */
export const versionNumber = (): Field<number, true> => {
  const field = text()
  return required({
    ...field,
    decode: (raw, name) => {
      const value = field.decode(raw, name)
      if (value === UNREADABLE) return UNREADABLE
      // A number below 0 is no alias of that name.
      if (/^\s*[+-]?\d{1,15}\s*$/.test(value)) return Math.max(0, Number(value))
      throw invalidParameter(`Parameter '${name}' must be an integer, got '${value}'.`)
    },
  })
}

/** The last of several with one key stands. */
export const registryTags = (): Field<readonly KeyValue[], false> =>
  checked(keyValues(), (tags) => {
    for (const { key, value } of tags) {
      assertTagKey(key)
      assertTagValue(key, value)
    }
  })

export const tagsOf = (tags: readonly KeyValue[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]))

export const tagKey = (): Field<string, true> => required(checked(text(), assertTagKey))

/** In a query it is a text, and said to be one where it is refused. */
export const pageSize = (most: number): Field<number, false> => {
  const field = int64()
  return {
    ...field,
    decode: (raw, name) => {
      const value = field.decode(raw, name)
      if (value === UNREADABLE || (value >= 1 && value <= most)) return value
      throw invalidType(name, raw)
    },
  }
}

export const stage = (): Field<Stage, true> => {
  const field = text()
  return required({
    ...field,
    decode: (raw, name) => {
      const value = field.decode(raw, name)
      return value === UNREADABLE ? UNREADABLE : parseStage(value)
    },
  })
}

/** @throws MlflowError for what is none; upper and lower case are alike. */
export function parseStage(value: string): Stage {
  const found = STAGES.find((each) => each.toLowerCase() === value.toLowerCase())
  if (found) return found
  throw invalidParameter(`Invalid Model Version stage: ${value}. Value must be one of ${STAGES.join(', ')}.`)
}

/** An alias that may be asked for. */
export const aliasName = (): Field<string, true> =>
  required(
    checked(text(), (alias) => {
      if (!/^[\w-]*$/.test(alias)) {
        throw invalidParameter(
          `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
        )
      }
      if (alias.length > 255) throw exceedsLength('Registered model alias name', 255)
    }),
  )

/** An alias that may be given to a version. */
export const newAliasName = (): Field<string, true> =>
  checked(aliasName(), (alias) => {
    if (isLatest(alias)) throw invalidParameter("'latest' alias name (case insensitive) is reserved.")
    if (/^v\d+$/i.test(alias)) throw invalidParameter(`Version alias name '${alias}' is reserved.`)
  })

export const isLatest = (alias: string): boolean => alias.toLowerCase() === 'latest'
