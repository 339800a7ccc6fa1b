import { type ErrorBody, type JsonObject, type JsonValue, type LeasedStep, RegiaError } from '@regia/core'
import { placeOf } from './place-of.ts'

export type Secrets = Readonly<Record<string, string>>
type Variables = Readonly<Record<string, string | undefined>>

/**
 * The values of the secrets that a step names, from the worker's environment.
 *
 * @throws RegiaError `CONFIG_INVALID` naming those that the worker does not have.
 */
export function readSecrets(
  { step, attempt, secrets }: Pick<LeasedStep, 'step' | 'attempt' | 'secrets'>,
  variables: Variables,
): Secrets {
  const missing = secrets.filter((name) => !variables[name])
  if (missing.length === 0) return Object.fromEntries(secrets.map((name) => [name, variables[name] ?? '']))
  const names = missing.join(', ')
  throw new RegiaError(
    'CONFIG_INVALID',
    `Step "${step}" needs ${names}, which the worker does not have in its environment.`,
    {
      where: placeOf({ step, attempt }),
      hint: `Start the worker with ${missing.map((name) => `${name}=…`).join(' ')}; the value is stored nowhere.`,
      data: { missing },
    },
  )
}

/** Takes the values of secrets out of a text, also as they stand in JSON and in addresses, and each line of one with several. */
export function masker(secrets: Secrets): (text: string) => string {
  const shapes = Object.values(secrets).flatMap((value) => {
    const lines = value.split(/\r?\n/).filter((line) => line.trim().length >= MIN_LINE_LENGTH)
    return [value, ...lines].flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
  })
  // The longest first: one value may stand inside another.
  const known = [...new Set(shapes)].filter((text) => text.trim() !== '').sort((a, b) => b.length - a.length)
  return (text) => known.reduce((masked, value) => masked.replaceAll(value, '***'), text)
}

/** A line of a key is worth hiding, a bracket is not. */
const MIN_LINE_LENGTH = 8

/** An error without the values of secrets. */
export function maskError(error: ErrorBody, mask: (text: string) => string): ErrorBody {
  const { hint, where, data, stack } = error
  return {
    ...error,
    message: mask(error.message),
    ...(hint !== undefined && { hint: mask(hint) }),
    ...(where !== undefined && { where: mask(where) }),
    ...(data && { data: maskObject(data, mask) }),
    ...(stack !== undefined && { stack: mask(stack) }),
  }
}

const maskObject = (object: JsonObject, mask: (text: string) => string): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, maskValue(value, mask)]))

function maskValue(value: JsonValue, mask: (text: string) => string): JsonValue {
  if (typeof value === 'string') return mask(value)
  if (typeof value !== 'object' || value === null) return value
  return isList(value) ? value.map((item) => maskValue(item, mask)) : maskObject(value, mask)
}

const isList = (value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] => Array.isArray(value)
