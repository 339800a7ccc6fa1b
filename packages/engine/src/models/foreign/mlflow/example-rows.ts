import type { Row } from '@regia/core'
import { z } from 'zod'
import type { NamedColumn } from './columns-of-mlmodel.ts'

const splitSchema = z.object({
  columns: z.array(z.union([z.string(), z.number()])),
  data: z.array(z.array(z.unknown())),
})
const listSchema = z.array(z.unknown())
const recordsSchema = z.array(z.record(z.string(), z.unknown()))
const byNameSchema = z.record(z.string(), z.union([z.array(z.unknown()), z.number(), z.string(), z.boolean()]))

const MOST_ROWS = 1_000

/**
 * The rows of an example that was logged with a model, in any of the forms in which MLflow writes them.
 *
 * @param json - The content of `serving_input_example.json` or `input_example.json`.
 * @returns Nothing where the example is of another form or lacks a column: an odd example makes no model unfit.
 */
export function exampleRows(json: unknown, columns: readonly NamedColumn[]): readonly Row[] | undefined {
  const rows = rowsOf(unwrapped(json), columns)
  if (!rows || rows.length === 0) return undefined
  const read = rows.slice(0, MOST_ROWS).map((row) => rowOf(row, columns))
  return read.every((row) => row !== undefined) ? read : undefined
}

function unwrapped(json: unknown): unknown {
  const wrapped = z.record(z.string(), z.unknown()).safeParse(json)
  if (!wrapped.success) return json
  const { dataframe_split, dataframe_records, inputs, instances } = wrapped.data
  return dataframe_split ?? dataframe_records ?? inputs ?? instances ?? json
}

type Named = ReadonlyMap<string, unknown>

function rowsOf(json: unknown, columns: readonly NamedColumn[]): readonly Named[] | undefined {
  const split = splitSchema.safeParse(json)
  if (split.success) {
    return split.data.data.map((cells) => new Map(split.data.columns.map((name, i) => [String(name), cells[i]])))
  }
  const records = recordsSchema.safeParse(json)
  if (records.success) return records.data.map((record) => new Map(Object.entries(record)))
  const list = listSchema.safeParse(json)
  if (list.success) return rowsOfList(list.data, columns)
  const byName = byNameSchema.safeParse(json)
  return byName.success ? rowsOfColumns(byName.data) : undefined
}

/** A plain list is one row, unless the model has one column. */
function rowsOfList(list: readonly unknown[], columns: readonly NamedColumn[]): readonly Named[] {
  const isNested = list.every((each) => Array.isArray(each))
  const rows = isNested ? list : columns.length === 1 ? list.map((each) => [each]) : [list]
  return rows.map((cells) => new Map(columns.map(({ name }, i) => [name, cells[i]])))
}

/** Each tensor under its name, as a list of numbers or of lists. */
function rowsOfColumns(byName: Readonly<Record<string, unknown>>): readonly Named[] {
  const columns = Object.entries(byName).flatMap(([name, values]): [string, readonly unknown[]][] => {
    const list = Array.isArray(values) ? values : [values]
    const width = Array.isArray(list[0]) ? list[0].length : 0
    if (width === 0) return [[name, list]]
    if (width === 1) return [[name, list.map((cells) => cells[0])]]
    return Array.from({ length: width }, (_, i) => [`${name}_${i}`, list.map((cells) => cells[i])])
  })
  const count = Math.max(0, ...columns.map(([, values]) => values.length))
  return Array.from({ length: count }, (_, row) => new Map(columns.map(([name, values]) => [name, values[row]])))
}

function rowOf(row: Named, columns: readonly NamedColumn[]): Row | undefined {
  const cells = columns.map((column) => [column.name, cellOf(row.get(column.name) ?? null, column)] as const)
  return cells.every(([, cell]) => cell !== undefined)
    ? Object.fromEntries(cells.map(([name, cell]) => [name, cell ?? null]))
    : undefined
}

function cellOf(value: unknown, { type, nullable }: NamedColumn): string | number | boolean | null | undefined {
  if (value === null) return nullable ? null : undefined
  if (type === 'string') return typeof value === 'string' ? value : undefined
  if (type === 'bool') return typeof value === 'boolean' ? value : undefined
  const number = typeof value === 'boolean' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
  return type === 'int' && !Number.isSafeInteger(number) ? undefined : number
}

/** A row of nothing, for a model that was logged without an example. */
export const blankRow = (columns: readonly NamedColumn[]): Row =>
  Object.fromEntries(columns.map(({ name, type }) => [name, type === 'string' ? '' : type === 'bool' ? false : 0]))
