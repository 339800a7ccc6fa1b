import { RegiaError, type ScheduleSpec } from '@regia/core'
import type { Facts } from './tables.ts'

type Params = Readonly<Record<string, unknown>>
type When = ScheduleSpec['when']['on']

const PLACEHOLDER = /\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}/g
const WHOLE = /^\{([A-Za-z_][\w-]*(?:\.[\w-]+)*)\}$/

/** What the texts of a schedule may hold, by what it waits for. */
const KNOWN: { readonly [On in When]: readonly string[] } = {
  time: ['time', 'date'],
  dataset: ['time', 'date', 'version', 'dataset'],
  alias: ['time', 'date', 'version', 'model'],
  alert: ['time', 'date', 'alert'],
  webhook: ['time', 'date', 'body'],
}

/** @throws RegiaError `INVALID_INPUT` for a placeholder that such a schedule does not know. */
export function assertPlaceholders(params: Params, on: When): void {
  for (const [name, value] of Object.entries(params)) {
    for (const word of placeholdersOf(value)) {
      const known = KNOWN[on]
      if (
        known.includes(word.split('.')[0] ?? '') &&
        (word === 'body' || word.includes('.') === word.startsWith('body.'))
      )
        continue
      const list = known.map((each) => (each === 'body' ? '{body.FIELD}' : `{${each}}`)).join(', ')
      throw new RegiaError(
        'INVALID_INPUT',
        `Parameter "${name}" holds {${word}}, which a schedule on ${on} does not have.`,
        {
          where: `params.${name}`,
          hint: `It has: ${list}.`,
        },
      )
    }
  }
}

/**
 * The parameters of a run: every placeholder replaced by what it stands for. A text that is one placeholder and nothing else becomes its
 * value as it is (`{version}` a number, `{body.rows}` whatever JSON came); inside a longer text it becomes text.
 *
 * @param at - ISO 8601 in UTC: the time that the run is for, or when its event came.
 * @throws RegiaError `INVALID_INPUT` where the occasion does not have what a placeholder stands for.
 */
export const renderParams = (params: Params, at: string, facts: Facts): Params =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, render(name, value, { at, facts })]))

type Occasion = { readonly at: string; readonly facts: Facts }

function render(name: string, value: unknown, occasion: Occasion): unknown {
  if (Array.isArray(value)) return value.map((each) => render(name, each, occasion))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, render(name, each, occasion)]))
  }
  if (typeof value !== 'string') return value
  const whole = WHOLE.exec(value)?.[1]
  if (whole !== undefined) return lookUp(name, whole, occasion)
  return value.replace(PLACEHOLDER, (_, word: string) => textOf(lookUp(name, word, occasion)))
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function lookUp(name: string, word: string, { at, facts }: Occasion): unknown {
  const [first, ...path] = word.split('.')
  const values: Params = { ...facts, time: at, date: at.slice(0, 10) }
  let value = first === undefined ? undefined : values[first]
  for (const field of path) value = fieldOf(value, field)
  if (value !== undefined) return value
  throw new RegiaError('INVALID_INPUT', `Parameter "${name}" wants {${word}}, which is not there.`, {
    where: `params.${name}`,
    hint:
      first === 'body'
        ? 'Send it in the JSON body of the webhook.'
        : 'It is known when the event itself starts the run.',
  })
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? Object.getOwnPropertyDescriptor(value, field)?.value
    : undefined

function placeholdersOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [...value.matchAll(PLACEHOLDER)].flatMap(([, word]) => word ?? [])
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(placeholdersOf) : []
}
