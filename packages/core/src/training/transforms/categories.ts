import { z } from 'zod'
import { attr, type GraphBuilder, ML_DOMAIN } from '../../onnx/index.ts'
import type { Column } from '../../table/index.ts'
import { type GraphColumn, toFloat } from './graph-column.ts'

/** What a category is called: a text, or a number as float32. The empty text counts as null. */
export type CategoryKey = string | number
export const categoryKeys = z.union([z.array(z.string()), z.array(z.number())])

/** The rows of each category of a column; rows without one are left out. */
export type CategoryCounts = ReadonlyMap<CategoryKey, { readonly rowCount: number; readonly targetSum: number }>

/** Counts categories, and sums the target over each when there is one (shape (rows,)). */
export function countCategories(column: Column, target?: Float64Array): CategoryCounts {
  const counts = new Map<CategoryKey, { rowCount: number; targetSum: number }>()
  const { keys, codes } = encode(column)
  const entries = keys.map((key) => ({ key, rowCount: 0, targetSum: 0 }))
  for (let row = 0; row < codes.length; row++) {
    const entry = entries[codes[row]!]
    if (!entry) continue
    entry.rowCount++
    entry.targetSum += target?.[row] ?? 0
  }
  for (const { key, ...entry } of entries) if (key !== '' && entry.rowCount > 0) counts.set(key, entry)
  return counts
}

/** The place of each row's category among `keys`, `unknown` where it is null or not among them; shape (rows,). */
export function placesOf(column: Column, keys: readonly CategoryKey[], unknown: number): Float64Array {
  const placeOf = new Map<CategoryKey, number>(keys.map((key, place) => [key, place]))
  const encoded = encode(column)
  const places = encoded.keys.map((key) => placeOf.get(key) ?? unknown)
  return Float64Array.from(encoded.codes, (code) => places[code] ?? unknown)
}

/** FLOAT [rows, 1]: the same as {@link placesOf}. */
export function placesToOnnx(
  graph: GraphBuilder,
  column: GraphColumn,
  keys: readonly CategoryKey[],
  unknown: number,
): string {
  const places = { values_floats: attr.floats(keys.keys()), default_float: attr.float(unknown) }
  const options = { domain: ML_DOMAIN }
  if (column.type === 'text') {
    // An encoder needs at least one key; the empty text stands for null and is never a category.
    const attributes =
      keys.length > 0
        ? { ...places, keys_strings: attr.strings(keys.map(String)) }
        : { ...places, keys_strings: attr.strings(['']), values_floats: attr.floats([unknown]) }
    return graph.node('LabelEncoder', [column.value], attributes, options)
  }
  const value = toFloat(graph, column)
  if (keys.length === 0)
    return graph.node('Where', [graph.node('IsNaN', [value]), graph.floats(unknown), graph.floats(unknown)])
  return graph.node('LabelEncoder', [value], { ...places, keys_floats: attr.floats(keys.map(Number)) }, options)
}

/** Order of keys among themselves: numbers by size, texts by code unit. */
export const compareKeys = (a: CategoryKey, b: CategoryKey): number => (a < b ? -1 : a > b ? 1 : 0)

function encode(column: Column): {
  readonly keys: readonly CategoryKey[]
  readonly codes: ArrayLike<number> & Iterable<number>
} {
  if (column.type === 'string') return { keys: column.categories, codes: column.codes }
  const codeOf = new Map<number, number>()
  const codes = new Int32Array(column.values.length)
  column.values.forEach((value, row) => {
    // Adding 0 makes −0 and 0 one category.
    const key = Math.fround(value) + 0
    if (!codeOf.has(key) && !Number.isNaN(key)) codeOf.set(key, codeOf.size)
    codes[row] = codeOf.get(key) ?? -1
  })
  return { keys: [...codeOf.keys()], codes }
}
