import type { Cell, SignatureColumn } from '@regia/core'
import type { Datatype, ElementKind } from './datatype.ts'
import { refusal, show } from './refusal.ts'

/** Makes a cell of an element; one beyond 2^53 comes as bigint. */
export type CellOf = (element: unknown, place: number) => Cell

/** Where a column stands in a tensor of several. */
type Within = { readonly tensor: string; readonly place: number }

/** How the elements of a tensor of this datatype become cells of this column. It throws RegiaError `INVALID_INPUT` for what is no such element. */
export function cellReader(column: SignatureColumn, datatype: Datatype, within?: Within): CellOf {
  const read = READERS[datatype.kind]
  return (element, place) => {
    if (element === null && column.nullable) return null
    const cell = read(element, column, datatype)
    if (cell !== undefined) return cell
    throw wrongElement(column, datatype, element, place, within)
  }
}

type Reader = (element: unknown, column: SignatureColumn, datatype: Datatype) => Cell | undefined

const READERS: Readonly<Record<ElementKind, Reader>> = {
  bool: (element, { type }) => {
    const is = typeof element === 'boolean' ? element : truthOf(element)
    return is === undefined || type === 'bool' ? is : Number(is)
  },
  float: (element, { type, nullable }) => {
    if (typeof element !== 'number') return undefined
    if (type === 'bool' && Number.isFinite(element)) return truthOf(element)
    if (type === 'int' && Number.isFinite(element) && !Number.isSafeInteger(element)) return undefined
    if (Number.isFinite(element)) return element
    return nullable ? null : undefined
  },
  integer: (element, { type }, { minimum = 0n, maximum = 0n }) => {
    if (typeof element === 'number') {
      // Comparing a bigint with a number is exact, and costs less than making one.
      if (!Number.isSafeInteger(element) || element < minimum || element > maximum) return undefined
      if (type === 'bool') return truthOf(element)
      return type === 'string' ? String(element) : element
    }
    const isExact = typeof element === 'bigint' && type === 'string' && element >= minimum && element <= maximum
    return isExact ? String(element) : undefined
  },
  text: (element) => (typeof element === 'string' ? element : undefined),
}

/** A tensor of numbers holds 0 and 1 for a column of booleans. */
const truthOf = (element: unknown): boolean | undefined => (element === 0 || element === 1 ? element === 1 : undefined)

function wrongElement(
  column: SignatureColumn,
  datatype: Datatype,
  element: unknown,
  place: number,
  within: Within | undefined,
) {
  if (within) {
    return refusal(
      `inputs "${within.tensor}"[${place}][${within.place}]`,
      `Input "${within.tensor}" holds ${shown(element)} in row ${place}, column ${within.place} ("${column.name}"); expected ${expectedOf(column, datatype)}.`,
      why(column, element),
    )
  }
  const where = `inputs "${column.name}"[${place}]`
  return refusal(
    where,
    `Input "${column.name}" holds ${shown(element)}; expected ${expectedOf(column, datatype)}.`,
    why(column, element),
  )
}

const expectedOf = ({ type }: SignatureColumn, { name, kind }: Datatype): string => {
  if (kind === 'float' && type === 'int') return `a whole number in ${name}`
  return type === 'bool' && kind !== 'bool' ? `0 or 1 in ${name}` : name
}

const shown = (element: unknown): string =>
  typeof element === 'number' && !Number.isFinite(element) ? String(element) : show(element)

function why({ type, nullable }: SignatureColumn, element: unknown): string | undefined {
  if (element === null || (typeof element === 'number' && !Number.isFinite(element))) {
    return nullable ? undefined : 'The column is not nullable.'
  }
  const isBeyond = typeof element === 'bigint' || (Number.isInteger(element) && !Number.isSafeInteger(element))
  if (!isBeyond) return undefined
  return type === 'float'
    ? 'It is beyond 2^53 and would be rounded; send it as FP64 if it may be.'
    : 'Numbers up to 2^53 are taken; a larger one would be rounded.'
}

/** Whether a number that JSON told is an integer that a double cannot hold. */
export const isRounded = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
