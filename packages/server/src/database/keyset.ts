import { createHash } from 'node:crypto'
import { RegiaError } from '@regia/core'
import { type RawBuilder, sql } from 'kysely'
import { allOf, anyOf } from './compare.ts'

/** What rows are ordered by. What is missing comes last, whatever the direction. */
export type SortKey = { readonly value: RawBuilder<unknown>; readonly isDescending: boolean }

export type Place = readonly (string | number | null)[]

/** Columns that a row must have for {@link placeOf}. */
export const keyColumns = (keys: readonly SortKey[]): RawBuilder<unknown> =>
  sql.join(keys.map(({ value }, i) => sql`${value} as ${sql.id(`key_${i}`)}`))

/** By which the rows are told apart: the last key must be different in each row. */
export const orderOf = (keys: readonly SortKey[]): RawBuilder<unknown> =>
  sql.join(
    keys.map(({ value, isDescending }) => sql`${value} is null, ${value} ${sql.raw(isDescending ? 'desc' : 'asc')}`),
  )

/** Whether a row comes after a place: the rows of a page do not depend on what was put in or taken away before it. */
export function isAfter(keys: readonly SortKey[], place: Place): RawBuilder<boolean> {
  return keys.reduceRight<RawBuilder<boolean>>((rest, key, i) => {
    const than = place[i] ?? null
    const later = laterThan(key, than)
    const equal = allOf([sql<boolean>`${key.value} is ${than}`, rest])
    return later === undefined ? equal : anyOf([later, equal])
  }, sql<boolean>`false`)
}

function laterThan({ value, isDescending }: SortKey, than: string | number | null): RawBuilder<boolean> | undefined {
  if (than === null) return undefined
  return sql<boolean>`(${value} ${sql.raw(isDescending ? '<' : '>')} ${than} or ${value} is null)`
}

export const placeOf = (row: Readonly<Record<string, unknown>>, keys: readonly SortKey[]): Place =>
  keys.map((_, i) => {
    const cell = row[`key_${i}`]
    return typeof cell === 'string' || typeof cell === 'number' ? cell : null
  })

/** @param query - What was asked, whole: a cursor is good for that alone. */
export const encodeCursor = (query: unknown, place: Place): string =>
  Buffer.from(JSON.stringify([fingerprint(query), ...place.map(encodeCell)])).toString('base64url')

/** @throws RegiaError `INVALID_INPUT` for a cursor of another query, or none. */
export function decodeCursor(query: unknown, cursor: string): Place {
  const [mark, ...place] = parseCells(cursor) ?? []
  if (mark === fingerprint(query)) return place
  throw new RegiaError('INVALID_INPUT', `"${cursor.slice(0, 50)}" is not a cursor of this search.`, {
    where: 'cursor',
    hint: 'Pass the cursor of the page before, with the same filter and order; or none for the first page.',
  })
}

const encodeCell = (cell: string | number | null) =>
  typeof cell === 'number' && !Number.isFinite(cell) ? [String(cell)] : cell

function parseCells(cursor: string): Place | undefined {
  try {
    const cells: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(cells) ? cells.map(decodeCell) : undefined
  } catch {
    return undefined
  }
}

function decodeCell(cell: unknown): string | number | null {
  if (Array.isArray(cell)) return Number(cell[0])
  return typeof cell === 'string' || typeof cell === 'number' ? cell : null
}

const fingerprint = (query: unknown): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12)
