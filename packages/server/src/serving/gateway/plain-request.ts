import { type Clock, RegiaError, type Row } from '@regia/core'
import { parseEventTime } from './event-time.ts'

export const MAX_ROWS = 10_000
const KEYS = new Set(['rows', 'at'])

/** The rows and event time of a `PredictRequest`. Cells are judged later, by the signature of the version that answers. */
export function parsePlainRequest(body: unknown, clock: Clock): { readonly rows: readonly Row[]; readonly at: number } {
  if (!isObject(body)) throw invalid('The body', body, 'an object {"rows": [{…}]}', 'body')
  for (const key in body) if (!KEYS.has(key)) throw unknownKey(key)
  const { rows } = body
  if (!Array.isArray(rows)) throw invalid('"rows"', rows, 'a list of objects', 'body.rows')
  if (rows.length === 0 || rows.length > MAX_ROWS) {
    throw new RegiaError('INVALID_INPUT', `There are ${rows.length} rows; a request takes 1 to ${MAX_ROWS}.`, {
      where: 'body.rows',
      hint: 'Send large tables in several requests, or score them with "regia score".',
    })
  }
  for (let i = 0; i < rows.length; i++) {
    if (!isObject(rows[i])) throw invalid('A row', rows[i], 'an object of column names and values', `body.rows[${i}]`)
  }
  // Whether the cells are cells is for the signature to judge, which is stricter than any schema here.
  return { rows: rows as readonly Row[], at: parseEventTime(body.at, clock, 'body.at') }
}

const FIRST = '{"rows":['
const LAST = ']}'

/**
 * The JSON of the only row of a request, cut out of its text; `undefined` where it cannot be told without reading again.
 *
 * @param text - Of a request that {@link parsePlainRequest} took. Names that are escaped, or come twice, could hide where the row is.
 */
export function soleRowText(text: string, rows: readonly Row[]): string | undefined {
  if (rows.length !== 1 || !text.startsWith(FIRST) || !text.endsWith(LAST)) return undefined
  if (text.includes('\\') || text.indexOf('"rows"', FIRST.length) >= 0) return undefined
  return text.slice(FIRST.length, -LAST.length)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function invalid(what: string, got: unknown, expected: string, where: string): RegiaError {
  return new RegiaError('INVALID_INPUT', `${what} must be ${expected}; it is ${shown(got)}.`, {
    where,
    hint: 'Example: {"rows": [{"distance": 500, "origin": "SFO"}], "at": "2026-11-22T09:00:00.000Z"}.',
  })
}

const unknownKey = (key: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `The request has an unknown field "${key.slice(0, 100)}".`, {
    where: `body.${key.slice(0, 100)}`,
    hint: 'It has "rows" and, if the event did not happen now, "at". Column values belong into the rows.',
  })

/** What came, in a few words; of what may be nested without end only the kind. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return JSON.stringify(value)?.slice(0, 80) ?? 'absent'
}
